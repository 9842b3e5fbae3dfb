package scenario

import (
	"fmt"
	"strings"
)

// Parts of invented names by region: "cn", "in", "mx", "us". Any likeness of a
// combination to somebody is chance.
var givenNames = map[string][]string{
	"cn": {"Weilin", "Jianfu", "Meirong", "Haoyu", "Xinlan", "Guoping", "Shufen", "Zhenhai", "Liqing", "Ruoxi", "Boyan", "Yunfei", "Chenglu", "Dongmei", "Kaixin", "Pengju"},
	"in": {"Arvind", "Nirali", "Kartik", "Devika", "Suresh", "Ishani", "Manoj", "Pallavi", "Harshad", "Rekha", "Tejas", "Urvashi", "Vikas", "Lalita", "Girish", "Amrita"},
	"mx": {"Ramiro", "Yolanda", "Efraín", "Maribel", "Octavio", "Graciela", "Saúl", "Irene", "Rodolfo", "Nayeli", "Heriberto", "Consuelo", "Fidel", "Araceli", "Ulises", "Perla", "Genaro", "Lidia"},
	"us": {"Darnell", "Kelsey", "Trent", "Monique", "Wade", "Shauna", "Curtis", "Brenda", "Marcus", "Tiffany", "Dale", "Renee", "Leon", "Krystal", "Grant", "Paula", "Otis", "Dawn"},
}

var familyNames = map[string][]string{
	"cn": {"Qiao", "Shen", "Luo", "Fang", "Geng", "Miao", "Xue", "Tao", "Ruan", "Ouyang", "Bai", "Cen", "Dou", "Hua", "Kang", "Nie"},
	"in": {"Wadekar", "Bhansal", "Tiwarkar", "Chaudhar", "Nagpure", "Solanke", "Rathorkar", "Joglekar", "Mehtani", "Dalvani", "Kulkar", "Vaidyan", "Pillay", "Sehrawat"},
	"mx": {"Zamudio", "Barrientos", "Quezada", "Arciniega", "Valdovinos", "Olivarría", "Cebreros", "Montijo", "Ibarreche", "Lizardi", "Urquijo", "Tarango", "Bojórquez", "Escalera", "Madueño", "Noriega"},
	"us": {"Haldane", "Prewitt", "Colvard", "Maddix", "Stroud", "Tolliver", "Vance", "Ashlock", "Burdett", "Dunaway", "Eastlick", "Farrow", "Gentry", "Hollin", "Kessel", "Lomax"},
}

var syllables = map[string][]string{
	"cn": {"hua", "ren", "tai", "jin", "long", "xin", "bao", "yuan", "sheng", "kai", "ming", "rui", "hong", "de", "zhi", "feng"},
	"in": {"sur", "vani", "ark", "meda", "pra", "shil", "dhan", "kor", "lex", "nava", "tri", "raj", "asha", "bel"},
	"mx": {"cal", "ora", "mex", "tri", "val", "del", "sol", "nor", "pac", "ind", "est", "mar", "cer", "lum"},
	"us": {"ver", "ton", "mark", "ell", "brook", "stan", "crest", "way", "ald", "win", "har", "mont", "lex", "ford"},
}

var legalForms = map[string][]string{
	"cn": {"Co., Ltd.", "Trading Co., Ltd.", "Group Co., Ltd."}, "in": {"Pvt Ltd", "Limited", "LLP"},
	"mx": {"S.A. de C.V.", "S. de R.L. de C.V.", "S.P.R. de R.L."}, "us": {"LLC", "Inc.", "Corp."},
}

func (b *builder) personName(region string) string {
	name := pick(b, givenNames[region])
	if region == "mx" {
		return name + " " + pick(b, familyNames[region]) + " " + pick(b, familyNames[region])
	}
	if region == "us" {
		name += " " + string(rune('A'+b.rng.IntN(26))) + "."
	}
	return name + " " + pick(b, familyNames[region])
}

// trade is what a firm calls its business; sectors are its words for it.
type trade struct {
	word, sector string
}

var (
	makerTrade     = trade{"Fine Chemical", "chemical manufacturing"}
	exporterTrade  = trade{"Chemical Supply", "chemical distribution"}
	forwarderTrade = trade{"Logistics", "freight forwarding"}
	importerTrade  = trade{"Import", "wholesale of industrial goods"}
	machineTrade   = trade{"Pharma Machinery", "machinery manufacturing"}
	holdingTrade   = trade{"Holdings", "management consulting"}
	estateTrade    = trade{"Properties", "real estate"}
	exchangeTrade  = trade{"Commerce", "general trading"}
)

// honest are the trades of firms in licit communities; the criminal ones work in
// the same.
var honest = []trade{
	makerTrade, exporterTrade, forwarderTrade, importerTrade, exchangeTrade, machineTrade, estateTrade, holdingTrade,
	{"Foods", "food wholesale"},
	{"Textiles", "textile manufacturing"},
	{"Auto Parts", "vehicle parts"},
	{"Paints", "paint manufacturing"},
}

func (b *builder) companyName(region string, t trade) (name, form string) {
	word := ""
	last := ""
	for range 2 + b.rng.IntN(2) {
		part := pick(b, syllables[region])
		for part == last { // nobody is called Crestcrest
			part = pick(b, syllables[region])
		}
		word, last = word+part, part
	}
	form = pick(b, legalForms[region])
	return title(word) + " " + t.word + " " + form, form
}

func (b *builder) digits(n int) string {
	var s strings.Builder
	for range n {
		s.WriteByte(byte('0' + b.rng.IntN(10)))
	}
	return s.String()
}

const letters = "ABCDEFGHJKLMNPRSTUVWXYZ"

func (b *builder) letters(n int) string {
	var s strings.Builder
	for range n {
		s.WriteByte(letters[b.rng.IntN(len(letters))])
	}
	return s.String()
}

// phoneNumber never reaches anybody: the blocks are the ones left for fiction, or
// a digit too short.
func (b *builder) phoneNumber(region string) string {
	switch region {
	case "cn":
		return fmt.Sprintf("+86 1%s 555 %s", b.digits(2), b.digits(4))
	case "in":
		return fmt.Sprintf("+91 9%s 555 %s", b.digits(3), b.digits(2))
	case "mx":
		return fmt.Sprintf("+52 6%s 555 %s", b.digits(2), b.digits(3))
	default:
		return fmt.Sprintf("+1 %d%s 555 01%s", b.between(2, 9), b.digits(2), b.digits(2))
	}
}

// title makes the first letter of an ASCII word a capital.
func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
