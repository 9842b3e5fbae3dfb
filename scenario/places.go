package scenario

import (
	"fmt"
	"time"
)

// countries are the ISO codes of the regions.
var countries = map[string]string{"cn": "CN", "in": "IN", "mx": "MX", "us": "US"}

type city struct {
	name, state string
	lat, lon    float64
}

var cities = map[string][]city{
	"cn": {{"Wuhan", "Hubei", 30.59, 114.31}, {"Shijiazhuang", "Hebei", 38.04, 114.51}, {"Qingdao", "Shandong", 36.07, 120.38}, {"Ningbo", "Zhejiang", 29.87, 121.54}, {"Guangzhou", "Guangdong", 23.13, 113.26}},
	"in": {{"Surat", "Gujarat", 21.17, 72.83}, {"Vapi", "Gujarat", 20.37, 72.91}, {"Hyderabad", "Telangana", 17.39, 78.49}, {"Mumbai", "Maharashtra", 19.08, 72.88}},
	"mx": {{"Culiacán", "Sinaloa", 24.81, -107.39}, {"Manzanillo", "Colima", 19.05, -104.32}, {"Guadalajara", "Jalisco", 20.67, -103.35}, {"Tijuana", "Baja California", 32.51, -117.04}, {"Hermosillo", "Sonora", 29.07, -110.96}, {"Monterrey", "Nuevo León", 25.69, -100.32}},
	"us": {{"Phoenix", "AZ", 33.45, -112.07}, {"Los Angeles", "CA", 34.05, -118.24}, {"Denver", "CO", 39.74, -104.99}, {"Houston", "TX", 29.76, -95.37}, {"Columbus", "OH", 39.96, -83}, {"Atlanta", "GA", 33.75, -84.39}, {"Newark", "NJ", 40.74, -74.17}},
}

var streets = map[string][]string{
	"cn": {"Renmin Road", "Jiefang Avenue", "Gangwan Road", "Xingye Street"},
	"in": {"GIDC Phase II", "Station Road", "Ring Road", "MIDC Plot Road"},
	"mx": {"Calle Hidalgo", "Av. Insurgentes", "Blvd. Zapata", "Calle Morelos", "Av. Industrias"},
	"us": {"Commerce Blvd", "Mill Road", "Harbor Ave", "State Street", "Industrial Pkwy"},
}

type port struct {
	name, code, mode, region string
	lat, lon                 float64
	staffing, throughput     int
}

var ports = []port{
	{"Shanghai", "CNSHA", "sea", "cn", 31.23, 121.49, 900, 120000},
	{"Qingdao", "CNTAO", "sea", "cn", 36.08, 120.32, 500, 60000},
	{"Ningbo-Zhoushan", "CNNGB", "sea", "cn", 29.94, 121.88, 640, 85000},
	{"Nhava Sheva", "INNSA", "sea", "in", 18.95, 72.95, 420, 15000},
	{"Manzanillo", "MXZLO", "sea", "mx", 19.07, -104.31, 210, 9000},
	{"Lázaro Cárdenas", "MXLZC", "sea", "mx", 17.94, -102.18, 150, 4500},
	{"Mexico City airport cargo", "MXMEX", "air", "mx", 19.44, -99.07, 260, 3000},
	{"Los Angeles/Long Beach", "USLGB", "sea", "us", 33.75, -118.2, 800, 50000},
	{"Los Angeles mail facility", "USLAX", "mail", "us", 33.94, -118.4, 120, 90000},
	{"New York mail facility", "USJFK", "mail", "us", 40.64, -73.78, 140, 110000},
	{"Otay Mesa", "USOTM", "land", "us", 32.55, -116.97, 310, 4100},
	{"San Ysidro", "USSYS", "land", "us", 32.54, -117.03, 420, 70000},
	{"Nogales", "USNGL", "land", "us", 31.33, -110.94, 180, 11000},
	{"Laredo", "USLRD", "land", "us", 27.5, -99.51, 380, 16000},
}

// gates holds the keys of ports by region, then by mode.
type gates map[string]map[string][]string

func (b *builder) openGates() gates {
	g := gates{}
	for _, p := range ports {
		if g[p.region] == nil {
			g[p.region] = map[string][]string{}
		}
		key := b.add("PortOfEntry", p.name, "code", p.code, "mode", p.mode, "country", countries[p.region],
			"latitude", degrees(p.lat), "longitude", degrees(p.lon), "staffing", fmt.Sprint(p.staffing), "throughput", fmt.Sprint(p.throughput))
		g[p.region][p.mode] = append(g[p.region][p.mode], key)
	}
	return g
}

// any returns a port of the region for the mode, or of any mode it has.
func (g gates) any(b *builder, region, mode string) string {
	if found := g[region][mode]; len(found) > 0 {
		return pick(b, found)
	}
	for _, m := range []string{"sea", "land", "air", "mail"} {
		if found := g[region][m]; len(found) > 0 {
			return pick(b, found)
		}
	}
	return ""
}

func degrees(d float64) string { return fmt.Sprintf("%g", d) }

// near moves a coordinate by up to a tenth of a degree.
func (b *builder) near(d float64) string {
	return degrees(float64(int(d*1000)+b.between(-100, 100)) / 1000)
}

func (b *builder) address(region string) string {
	c := pick(b, cities[region])
	street := fmt.Sprintf("%d %s", b.between(2, 980), pick(b, streets[region]))
	if b.chance(0.4) {
		street = fmt.Sprintf("Suite %d, %s", b.between(1, 60), street)
	}
	full := street + ", " + c.name
	return b.add("Location", full, "address", full, "city", c.name, "region", c.state, "country", countries[region],
		"latitude", b.near(c.lat), "longitude", b.near(c.lon), "locationType", pick(b, []string{"office", "office", "industrial", "residential", "mail drop"}))
}

func (b *builder) site(region, siteType, role string) string {
	c := pick(b, cities[region])
	return b.add("Site", title(siteType)+" near "+c.name+" "+b.letters(1)+b.digits(2), "siteType", siteType, "country", countries[region],
		"latitude", b.near(c.lat), "longitude", b.near(c.lon), "capacity", fmt.Sprint(b.between(4, 60)),
		"activeFrom", b.within(start, -400, -20).Format(time.DateOnly), "role", role)
}
