package neo4j

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/ingest/csv"
)

// textOf returns a value of Neo4j as text, the texts of a list parted by
// [csv.ListSeparator], or what is wrong with it. Null is "".
func textOf(value any) (string, error) {
	list, ok := value.([]any)
	if !ok {
		return scalar(value)
	}
	texts := make([]string, 0, len(list))
	for _, element := range list {
		text, err := scalar(element)
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, csv.ListSeparator), nil
}

// Layouts of times. A local one is taken for UTC, as there is nothing better to take
// it for.
const (
	instantLayout   = "2006-01-02T15:04:05.999999999Z"
	localTimeLayout = "15:04:05.999999999"
	timeLayout      = "15:04:05.999999999Z07:00"
)

func scalar(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		if strings.Contains(v, csv.ListSeparator) {
			return "", fmt.Errorf("the text holds NUL")
		}
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return decimal(v), nil
	case []byte:
		return "", fmt.Errorf("bytes are no text; leave the property out with `ignore`")
	case time.Time:
		return v.UTC().Format(instantLayout), nil
	case neo4j.Date:
		return v.Time().Format(time.DateOnly), nil
	case neo4j.LocalDateTime:
		return v.Time().Format(instantLayout), nil
	case neo4j.LocalTime:
		return v.Time().Format(localTimeLayout), nil
	case neo4j.OffsetTime:
		return v.Time().Format(timeLayout), nil
	case neo4j.Duration:
		return duration(v), nil
	case neo4j.Point2D:
		return point(v.SpatialRefId, v.X, v.Y), nil
	case neo4j.Point3D:
		return point(v.SpatialRefId, v.X, v.Y, v.Z), nil
	}
	return "", fmt.Errorf("a value of this type is no text; leave the property out with `ignore`")
}

// decimal writes a number without an exponent where that is no longer than the
// number is exact.
func decimal(f float64) string {
	if size := math.Abs(f); size != 0 && (size < 1e-9 || size >= 1e21) || math.IsNaN(f) {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// duration writes a duration as Cypher does: "P1Y2M3DT4H".
func duration(d neo4j.Duration) string {
	var b strings.Builder
	part := func(n int64, unit string) {
		if n != 0 {
			b.WriteString(strconv.FormatInt(n, 10) + unit)
		}
	}
	b.WriteByte('P')
	part(d.Months/12, "Y")
	part(d.Months%12, "M")
	part(d.Days, "D")
	if date := b.Len(); d.Seconds != 0 || d.Nanos != 0 || date == 1 {
		b.WriteByte('T')
		part(d.Seconds/3600, "H")
		part(d.Seconds%3600/60, "M")
		if rest := d.Seconds % 60; rest != 0 || d.Nanos != 0 || b.Len() == 2 {
			b.WriteString(decimal(float64(rest)+float64(d.Nanos)/1e9) + "S")
		}
	}
	return b.String()
}

// wgs84 are the reference systems of degrees on earth, with and without height.
const wgs84, wgs84Height = 4326, 4979

// point writes a point as well-known text, with the number of its reference system
// where that is not the usual one.
func point(system uint32, coordinates ...float64) string {
	texts := make([]string, len(coordinates))
	for i, c := range coordinates {
		texts[i] = decimal(c)
	}
	dimension := ""
	if len(coordinates) == 3 {
		dimension = "Z "
	}
	text := "POINT " + dimension + "(" + strings.Join(texts, " ") + ")"
	if system != wgs84 && system != wgs84Height {
		text = fmt.Sprintf("SRID=%d;%s", system, text)
	}
	return text
}

// coordinates are what a mapping writes behind the name of a property that is a point.
var coordinates = map[string]int{".x": 0, ".y": 1, ".z": 2}

// coordinateOf splits "position.x" into the property and which coordinate is meant.
func coordinateOf(title string) (property string, axis int, ok bool) {
	if len(title) < 3 {
		return "", 0, false
	}
	cut := len(title) - 2
	axis, ok = coordinates[title[cut:]]
	return title[:cut], axis, ok
}

// coordinate returns one coordinate of a point, "" if there is none.
func coordinate(value any, axis int) string {
	switch v := value.(type) {
	case neo4j.Point2D:
		if axis < 2 {
			return decimal([]float64{v.X, v.Y}[axis])
		}
	case neo4j.Point3D:
		return decimal([]float64{v.X, v.Y, v.Z}[axis])
	}
	return ""
}
