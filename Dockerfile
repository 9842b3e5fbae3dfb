# The service as one static binary.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /chokepoint ./cmd/chokepoint

FROM alpine:3
COPY --from=build /chokepoint /usr/local/bin/chokepoint
USER nobody
WORKDIR /tmp
ENTRYPOINT ["chokepoint"]
