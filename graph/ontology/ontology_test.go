package ontology_test

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

func load(t testing.TB) *ontology.Ontology {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// The kinds that the design promises; the schema may hold more, never less.
const promised = `Person CriminalOrganization Company FinancialInstitution Agency BankAccount CryptoWallet
Transfer Shipment Conveyance Chemical Drug Equipment Weapon Site PortOfEntry Location Seizure Arrest Identifier
MarketListing Licence Designation IdentityDocument Document Case UnknownEntity`

const promisedLinks = `OWNS CONTROLS DIRECTS EMPLOYS MEMBER_OF FAMILY_OF ASSOCIATE_OF COMMUNICATED_WITH HOLDS
SIGNATORY_OF SENT RECEIVED CONSIGNED_BY CONSIGNED_TO BROKERED CARRIED_BY ROUTED_VIA ENTERED_AT CONTAINS PRECURSOR_OF
PRODUCES OPERATES SUPPLIES USES LOCATED_AT REGISTERED_AT SEIZED_IN SEIZED_AT SEIZED_FROM ARRESTED_IN USES_IDENTIFIER
ADVERTISES LICENSED DESIGNATED MENTIONED_IN SUPPLIES_WEAPON FACILITATES LINKED_TO SAME NOT_SAME UNSURE`

func TestKindsOfTheDesign(t *testing.T) {
	o := load(t)
	for _, name := range strings.Fields(promised) {
		k := o.Kind(name)
		if k == nil || string(k.Name) != name || k.Label == "" || k.Icon == "" || k.Description == "" || len(k.Properties) == 0 {
			t.Errorf("%s: %+v", name, k)
		}
	}
	for _, name := range strings.Fields(promisedLinks) {
		l := o.LinkKind(name)
		if l == nil || string(l.Name) != name || l.Description == "" {
			t.Errorf("%s: %+v", name, l)
		}
	}
	for _, name := range []string{"Person", "Company", "CriminalOrganization", "Site"} {
		if o.Kind(name).Property("role") == nil {
			t.Errorf("%s has no role in the value chain", name)
		}
	}
}

func TestWords(t *testing.T) {
	o := load(t)
	for word, want := range map[string]graph.Kind{
		"BankAccount": "BankAccount", "bank account": "BankAccount", "BANK_ACCOUNT": "BankAccount", "bank-account": "BankAccount",
		"Port of entry": "PortOfEntry", "PERSON": "Person", "unknown": "UnknownEntity",
	} {
		if k := o.Kind(word); k == nil || k.Name != want {
			t.Errorf("Kind(%q) = %v, want %s", word, k, want)
		}
	}
	for word, want := range map[string]graph.LinkKind{
		"LINKED_TO": "LINKED_TO", "linked to": "LINKED_TO", "linkedTo": "LINKED_TO", "not-same": "NOT_SAME",
	} {
		if l := o.LinkKind(word); l == nil || l.Name != want {
			t.Errorf("LinkKind(%q) = %v, want %s", word, l, want)
		}
	}
	for _, word := range []string{"", " ", "Ranch", "Entity", "Node", "EntityKind"} {
		if o.Kind(word) != nil || o.LinkKind(word) != nil {
			t.Errorf("%q means something", word)
		}
	}
	person := o.Kind("Person")
	if p := person.PropertyNamed("Birth date"); p == nil || p.Name != "birthDate" || p.Type != ontology.PartialDate {
		t.Errorf("PropertyNamed = %+v", p)
	}
	if person.Property("birth_date") != nil || person.PropertyNamed("shoe size") != nil {
		t.Error("a property that is not declared was found")
	}
	if p := o.Kind("UnknownEntity").Property(ontology.KindProperty); p == nil || p.Field != "statedKind" {
		t.Errorf("UnknownEntity keeps no word for its kind: %+v", p)
	}
}

func TestFits(t *testing.T) {
	o := load(t)
	owns := o.LinkKind("OWNS")
	for _, c := range []struct {
		from, to graph.Kind
		want     bool
	}{
		{"Person", "Company", true},
		{"Company", "Person", false},
		{"UnknownEntity", "Company", true},
		{"Person", "UnknownEntity", true},
		{"Seizure", "UnknownEntity", false},
	} {
		if got := owns.Fits(c.from, c.to); got != c.want {
			t.Errorf("OWNS fits %s → %s: %v", c.from, c.to, got)
		}
	}
	for _, from := range o.Kinds {
		for _, to := range o.Kinds {
			if !o.LinkKind("LINKED_TO").Fits(from.Name, to.Name) || !o.LinkKind("SAME").Fits(from.Name, to.Name) {
				t.Errorf("%s → %s does not fit", from.Name, to.Name)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	o := load(t)
	for _, c := range []struct {
		schema string
		topics []string
		want   graph.Kind
	}{
		{"Person", nil, "Person"},
		{"Organization", nil, "Company"},
		{"Organization", []string{"crime.traffick"}, "CriminalOrganization"},
		{"Company", []string{"fin.bank"}, "FinancialInstitution"},
		{"Company", []string{"finance"}, "Company"},
		{"Vessel", nil, "Conveyance"},
	} {
		if k := o.KindForFTM(c.schema, c.topics); k == nil || k.Name != c.want {
			t.Errorf("KindForFTM(%s, %v) = %v, want %s", c.schema, c.topics, k, c.want)
		}
	}
	if k := o.KindForFTM("Elephant", nil); k != nil {
		t.Errorf("Elephant is a %s", k.Name)
	}
	for _, c := range []struct {
		object, class string
		want          graph.Kind
	}{
		{"identity", "individual", "Person"}, {"identity", "organization", "Company"}, {"tool", "", "Equipment"}, {"location", "", "Location"},
	} {
		if k := o.KindForSTIX(c.object, c.class); k == nil || k.Name != c.want {
			t.Errorf("KindForSTIX(%s, %s) = %v, want %s", c.object, c.class, k, c.want)
		}
	}
	if p := o.Kind("Person").PropertyForFTM("citizenship"); p == nil || p.Name != "nationality" {
		t.Errorf("PropertyForFTM = %+v", p)
	}
	if p := o.Kind("Location").PropertyForSTIX("postal_code"); p == nil || p.Name != "postalCode" {
		t.Errorf("PropertyForSTIX = %+v", p)
	}
	links := o.LinksForFTM("Payment")
	want := []ontology.FTMEdge{{Schema: "Payment", From: "payer"}, {Schema: "Payment", From: "payerAccount"}, {Schema: "Payment", From: "beneficiary"}, {Schema: "Payment", From: "beneficiaryAccount"}}
	var got []ontology.FTMEdge
	for _, l := range links {
		got = append(got, l.FTMEdge)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if l := o.LinkKindForSTIX("uses"); l == nil || l.Name != "USES" {
		t.Errorf("LinkKindForSTIX(uses) = %v", l)
	}
}

// ftmModel is FollowTheMoney's own model: its schemata by name.
type ftmModel map[string]struct {
	Extends    []string `yaml:"extends"`
	Properties map[string]struct {
		Type string `yaml:"type"`
	} `yaml:"properties"`
	Edge any `yaml:"edge"`
}

// typeOf returns the type of a schema's property, own or inherited; "" if it has none.
func (m ftmModel) typeOf(schema, property string) string {
	if p, ok := m[schema].Properties[property]; ok {
		return cmp.Or(p.Type, "string")
	}
	for _, parent := range m[schema].Extends {
		if found := m.typeOf(parent, property); found != "" {
			return found
		}
	}
	return ""
}

// takes says whether values of the FollowTheMoney type are fit for p.
func takes(p *ontology.Property, ftmType string) bool {
	switch p.Type {
	case ontology.String:
		return ftmType != "entity"
	case ontology.PartialDate, ontology.DateTime:
		return ftmType == "date"
	default:
		return ftmType == "number"
	}
}

func readFTM(t *testing.T) ftmModel {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(networktest.Reference(t), "data", "ftm_schema", "schema", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemata: %v", err)
	}
	model := ftmModel{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var part ftmModel
		if err := yaml.Unmarshal(content, &part); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		maps.Copy(model, part)
	}
	return model
}

// TestFollowTheMoneyKinds holds the mappings of kinds against FollowTheMoney's
// own model: every schema and property named must exist there, with values that
// validation will take, and the one to export first on the schema to export as.
func TestFollowTheMoneyKinds(t *testing.T) {
	o, model := load(t), readFTM(t)
	for _, k := range o.Kinds {
		schemata := slices.Clone(k.FTM)
		if k.FTMExport != "" && !slices.Contains(schemata, k.FTMExport) {
			schemata = append(schemata, k.FTMExport)
		}
		for _, schema := range schemata {
			if _, ok := model[schema]; !ok {
				t.Errorf("%s: FollowTheMoney has no schema %s", k.Name, schema)
			}
		}
		for _, p := range k.Properties {
			for i, name := range p.FTM {
				found := 0
				for _, schema := range schemata {
					if ftmType := model.typeOf(schema, name); ftmType != "" && takes(p, ftmType) {
						found++
					} else if ftmType != "" {
						t.Errorf("%s.%s is a %s, and %s.%s a %s", k.Name, p.Name, p.Type, schema, name, ftmType)
					}
				}
				if found == 0 || i == 0 && model.typeOf(k.FTMExport, name) == "" {
					t.Errorf("%s.%s: there is no %s on %v", k.Name, p.Name, name, schemata)
				}
			}
		}
	}
}

// TestFollowTheMoneyLinks does the same for kinds of links, and asks that every
// edge of FollowTheMoney imports as a link, save three about tenders and offices.
func TestFollowTheMoneyLinks(t *testing.T) {
	o, model := load(t), readFTM(t)
	mapped := map[string]bool{"ContractAward": true, "Occupancy": true, "ProjectParticipant": true}
	for _, l := range o.LinkKinds {
		for _, e := range l.FTM {
			mapped[e.Schema] = true
			for _, property := range []string{e.From, e.To} {
				if property != "" && model.typeOf(e.Schema, property) != "entity" {
					t.Errorf("%s: FollowTheMoney has no end %s.%s", l.Name, e.Schema, property)
				}
			}
			if e.From == "" && e.To == "" {
				t.Errorf("%s: %s names no end", l.Name, e.Schema)
			}
		}
	}
	for schema, s := range model {
		if s.Edge != nil && !mapped[schema] {
			t.Errorf("FollowTheMoney's edge %s maps to no link", schema)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	schema := string(chokepoint.Schema)
	for name, broken := range map[string]string{
		"no GraphQL":       "type {",
		"no kinds":         "type Query { a: Int }",
		"kind lacks @kind": strings.Replace(schema, `@kind(label: "Weapon", icon: "weapon", ftmExport: "Asset", stix: ["x-weapon"])`, "", 1),
		"kind not in enum": strings.Replace(schema, "  Weapon\n", "", 1),
		"strange value":    strings.Replace(schema, "calibre: String", "calibre: ID", 1),
		"required value":   strings.Replace(schema, "calibre: String", "calibre: String!", 1),
		"several numbers":  strings.Replace(schema, "calibre: String", "calibre: [Int!]!", 1),
		"link lacks ends":  strings.Replace(schema, "LINKED_TO @ends ", "LINKED_TO ", 1),
		"judgement":        strings.Replace(schema, "NOT_SAME @judgement", "NOT_SAME", 1),
		"two meanings":     strings.Replace(schema, `label: "Weapon"`, `label: "Person"`, 1),
	} {
		if broken == schema {
			t.Errorf("%s: the case changes nothing", name)
		}
		if _, err := ontology.Load([]byte(broken)); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

// TestDescriptionsAreInherited checks that kinds bear the interface's words.
func TestDescriptionsAreInherited(t *testing.T) {
	o := load(t)
	entity := o.Schema.Types["Entity"]
	links := o.Schema.Types["Weapon"].Fields.ForName("links")
	if want := entity.Fields.ForName("links"); links.Description != want.Description || links.Arguments.ForName("first").Description != want.Arguments.ForName("first").Description {
		t.Errorf("Weapon.links: %q", links.Description)
	}
	if v := o.Schema.Types["EntityKind"].EnumValues.ForName("Weapon"); v.Description == "" {
		t.Error("EntityKind.Weapon has no description")
	}
}
