package scenario

import (
	"fmt"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// crew is a part of the people network that is connected without its liaisons.
type crew struct {
	people []string
	size   int // people, organizations and firms
}

// person adds a person with, most often, a phone and sometimes a passport.
func (s *story) person(region, role string) string {
	key := s.add("Person", s.personName(region), "birthDate", s.birthDate(), "nationality", countries[region],
		"gender", pick(s.builder, []string{"male", "male", "female"}), "role", role, "occupation", pick(s.builder, occupations))
	if s.chance(0.15) {
		s.nodes[len(s.nodes)-1].Aliases = []string{s.nickname(region)}
	}
	s.region[key] = region
	if s.chance(0.75) {
		s.phones[key] = s.phone(region)
		s.join("USES_IDENTIFIER", key, s.phones[key])
	}
	if s.chance(0.12) {
		number := s.letters(1) + s.digits(8)
		s.join("HOLDS", key, s.add("IdentityDocument", "Passport "+number, "documentType", "passport", "documentNumber", number,
			"country", countries[region], "issuedOn", s.within(start, -1500, -200).Format(time.DateOnly)))
	}
	return key
}

var occupations = []string{"merchant", "driver", "accountant", "warehouse manager", "sales agent", "mechanic", "customs agent", "shop owner", "unemployed", "engineer", "farmer", "clerk"}

func (b *builder) birthDate() string {
	date := fmt.Sprintf("%d-%02d-%02d", b.between(1955, 2002), b.between(1, 12), b.between(1, 28))
	switch b.rng.IntN(6) {
	case 0:
		return date[:4]
	case 1:
		return date[:7]
	default:
		return date
	}
}

func (b *builder) nickname(region string) string {
	if region == "mx" {
		return "El " + pick(b, []string{"Güero", "Flaco", "Químico", "Contador", "Tuerto", "Norteño", "Compadre", "Licenciado"})
	}
	return pick(b, givenNames[region])
}

func (b *builder) phone(region string) string {
	number := b.phoneNumber(region)
	kind := pick(b, []string{"phone", "phone", "phone", "handle"})
	platform := ""
	if kind == "handle" {
		number, platform = pick(b, syllables[region])+pick(b, syllables[region])+b.digits(3), pick(b, []string{"Telegram", "Signal", "WeChat", "Threema"})
	}
	return b.add("Identifier", number, "identifierType", kind, "value", number, "platform", platform, "country", countries[region],
		"firstSeen", b.within(start, -300, 60).Format(time.DateOnly))
}

// crew adds n people who stay connected when any two of them are taken out: a
// ring in which everybody also knows the one across, with chance ties on top.
func (s *story) crew(n int, regions, roles []string) crew {
	var c crew
	for range n {
		c.people = append(c.people, s.person(pick(s.builder, regions), pick(s.builder, roles)))
	}
	for i := range n {
		s.tie(c.people[i], c.people[(i+1)%n])
		s.tie(c.people[i], c.people[(i+n/2)%n])
		if s.chance(0.5) {
			s.tie(c.people[i], c.people[s.rng.IntN(n)])
		}
	}
	c.size = n
	return c
}

// organize adds an organization to which some of the crew belong.
func (s *story) organize(c *crew, name, form, territory string) string {
	org := s.add("CriminalOrganization", name, "organizationType", form, "territory", territory, "memberEstimate", fmt.Sprint(2*len(c.people)), "foundedOn", fmt.Sprint(s.between(2009, 2020)))
	for i, p := range c.people {
		if i < 3 || s.chance(0.3) {
			s.join("MEMBER_OF", p, org)
		}
	}
	c.size++
	return org
}

// cell adds n people who are tied to the others of the crew through boss alone.
func (s *story) cell(c *crew, boss string, region string, roles ...string) []string {
	var cell []string
	for i, role := range roles {
		cell = append(cell, s.person(region, role))
		above := boss
		if i > 2 && s.chance(0.5) {
			above = cell[s.rng.IntN(i)]
		}
		s.tie(above, cell[i])
		if i > 0 && s.chance(0.4) {
			s.tie(cell[i], cell[s.rng.IntN(i)])
		}
	}
	c.size += len(roles)
	return cell
}

// liaison adds a person whom some of each crew know: the only tie between them.
func (s *story) liaison(region, role string, a, b crew) string {
	key := s.person(region, role)
	for _, c := range []crew{a, b} {
		for _, i := range s.rng.Perm(len(c.people))[:4] {
			s.tie(key, c.people[i])
		}
	}
	return key
}

// tie links two people, in most cases by what surveillance sees of them.
func (s *story) tie(a, b string) {
	if a == b {
		return
	}
	kind := pick(s.builder, []graph.LinkKind{"ASSOCIATE_OF", "ASSOCIATE_OF", "COMMUNICATED_WITH", "COMMUNICATED_WITH", "COMMUNICATED_WITH", "FAMILY_OF", "EMPLOYS"})
	l := Link{Kind: kind, From: a, To: b}
	if kind == "COMMUNICATED_WITH" {
		l.Weight, l.At = float64(s.between(1, 60)), s.within(start, 0, days)
		if s.phones[a] != "" && s.phones[b] != "" {
			s.link(Link{Kind: kind, From: s.phones[a], To: s.phones[b], Weight: l.Weight, At: l.At})
		}
	}
	s.link(l)
}

// cast adds the people of the story: those who procure, those who make and move,
// and those who sell and collect, joined by two liaisons.
func (s *story) cast() {
	p := s.size
	s.core = s.crew(p.core, []string{"mx"}, []string{"cook", "transporter", "border crosser", "press operator", "enabler"})
	s.sellers = s.crew(p.sellers, []string{"us", "us", "mx"}, []string{"distributor", "transporter", "distributor"})
	for r := range p.regions {
		roles := []string{"cash collector", "cash collector", "distributor", "distributor"}
		for range p.mules {
			roles = append(roles, "cash collector")
		}
		s.cells = append(s.cells, s.cell(&s.sellers, s.sellers.people[r], "us", roles...))
	}
	s.launderers.people = s.cell(&s.core, s.core.people[0], "mx", "launderer", "launderer", "enabler", "launderer", "launderer")
	s.procurers = s.crew(s.sellers.size+s.sellers.size/2, []string{"cn", "cn", "in", "mx"}, []string{"broker", "precursor supplier", "importer", "enabler"})
	s.orgs = []string{
		s.organize(&s.core, "Cártel de la "+pick(s.builder, []string{"Ribera", "Cañada", "Laguna", "Sierra Baja"}), "cartel", "MX"),
		s.organize(&s.sellers, pick(s.builder, []string{"Northside", "Eastgate", "Southline"})+" "+pick(s.builder, []string{"Crew", "Set", "Circle"}), "street organization", "US"),
		s.organize(&s.procurers, pick(s.builder, []string{"Harbour", "Lantern", "Jade River"})+" network", "brokerage network", "CN"),
	}
	supply := s.liaison("mx", "broker", s.procurers, s.core)
	market := s.liaison("mx", "transporter", s.core, s.sellers)
	s.liaisons = []string{supply, market}
}
