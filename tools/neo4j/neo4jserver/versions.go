package neo4jserver

import (
	_ "embed"
	"encoding/xml"
	"strconv"
	"strings"
)

//go:embed pom.xml
var pom []byte

// Versions returns the versions of Neo4j that pom.xml pins: that of the long-term
// support line, then the newest.
func Versions() []string {
	var project struct {
		LTS     string `xml:"properties>neo4j.lts"`
		Current string `xml:"properties>neo4j.current"`
	}
	if err := xml.Unmarshal(pom, &project); err != nil || project.LTS == "" || project.Current == "" {
		panic("neo4jserver: pom.xml does not say its versions")
	}
	return []string{project.LTS, project.Current}
}

// neededJDK returns the oldest Java that runs the version: 17 for 5.x, 21 for the
// calendar versions.
func neededJDK(version string) int {
	if major, _, _ := strings.Cut(version, "."); len(major) == 4 {
		return 21
	}
	return 17
}

// isVersion says whether text has the form of a version, so that it may stand in
// the name of a folder and an argument of Maven.
func isVersion(text string) bool {
	parts := strings.Split(text, ".")
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil {
			return false
		}
	}
	return len(parts) == 3
}
