package scenario

// substance is a row of the table of chemicals: public facts of handbooks and of
// the international control lists.
type substance struct {
	name, alias, cas, formula, role, schedule, hs, uses string
}

const (
	tableI  = "UN 1988 Table I"
	listI   = "DEA List I"
	tableII = "UN 1988 Table II"
)

// precursors are what the makers abroad sell.
var precursors = []substance{
	{"4-Anilinopiperidine", "4-AP", "23056-29-3", "C11H16N2", "precursor", tableI, "2933.39", ""},
	{"N-Phenethyl-4-piperidone", "NPP", "39742-60-4", "C13H17NO", "precursor", tableI, "2933.37", ""},
	{"1-Boc-4-anilinopiperidine", "1-boc-4-AP", "125541-22-2", "C16H24N2O2", "pre-precursor", tableI, "2933.39", ""},
	{"1-Boc-4-piperidone", "", "79099-07-3", "C10H17NO3", "pre-precursor", tableI, "2933.39", "pharmaceutical synthesis"},
	{"4-Piperidone", "", "41661-47-6", "C5H9NO", "pre-precursor", tableI, "2933.39", "pharmaceutical synthesis"},
	{"Norfentanyl", "", "1609-66-1", "C14H20N2O", "precursor", tableI, "2933.34", ""},
	{"4-Anilino-N-phenethylpiperidine", "ANPP", "21409-26-7", "C19H24N2", "precursor", tableI, "2933.36", ""},
	{"Phenethyl bromide", "(2-bromoethyl)benzene", "103-63-9", "C8H9Br", "reagent", "", "2903.99", "fragrance and drug synthesis"},
}

// licits are what exporters at home sell, for the most part to honest buyers.
var licits = []substance{
	{"Propionyl chloride", "", "79-03-8", "C3H5ClO", "reagent", listI, "2915.90", "agrochemicals"},
	{"Propionic anhydride", "", "123-62-6", "C6H10O3", "reagent", listI, "2915.90", "cellulose esters"},
	{"Aniline", "", "62-53-3", "C6H7N", "reagent", "", "2921.41", "polyurethanes and dyes"},
	{"Sodium borohydride", "", "16940-66-2", "BH4Na", "reagent", "", "2850.00", "pulp bleaching"},
	{"Xylazine", "", "7361-61-7", "C12H16N2S", "cutting agent", "", "2934.99", "veterinary sedation"},
	{"Medetomidine", "", "86347-14-0", "C13H16N2", "cutting agent", "", "2933.29", "veterinary sedation"},
	{"Toluene", "", "108-88-3", "C7H8", "solvent", tableII, "2902.30", "paints and adhesives"},
	{"Acetone", "", "67-64-1", "C3H6O", "solvent", tableII, "2914.11", "coatings"},
	{"Acetic anhydride", "", "108-24-7", "C4H6O3", "reagent", tableI, "2915.24", "acetate fibres"},
	{"Dichloromethane", "", "75-09-2", "CH2Cl2", "solvent", "", "2903.12", "degreasing"},
	{"Dimethylformamide", "DMF", "68-12-2", "C3H7NO", "solvent", "", "2924.19", "synthetic leather"},
	{"Mannitol", "", "69-65-8", "C6H14O6", "cutting agent", "", "2905.43", "sweeteners"},
	{"Lactose", "", "63-42-3", "C12H22O11", "cutting agent", "", "1702.11", "tablets and food"},
	{"Microcrystalline cellulose", "MCC", "9004-34-6", "", "binder", "", "3912.90", "tablets"},
	{"Magnesium stearate", "", "557-04-0", "C36H70MgO4", "binder", "", "2915.70", "tablets"},
	{"Caffeine", "", "58-08-2", "C8H10N4O2", "cutting agent", "", "2939.30", "beverages"},
	{"Paracetamol", "acetaminophen", "103-90-2", "C8H9NO2", "cutting agent", "", "2924.29", "analgesics"},
}

// chains states which substance is a precursor of which, as the control lists
// explain why each is on them.
var chains = [][2]string{
	{"4-Piperidone", "N-Phenethyl-4-piperidone"},
	{"Phenethyl bromide", "N-Phenethyl-4-piperidone"},
	{"N-Phenethyl-4-piperidone", "4-Anilino-N-phenethylpiperidine"},
	{"Aniline", "4-Anilino-N-phenethylpiperidine"},
	{"1-Boc-4-piperidone", "1-Boc-4-anilinopiperidine"},
	{"Aniline", "1-Boc-4-anilinopiperidine"},
	{"1-Boc-4-anilinopiperidine", "4-Anilinopiperidine"},
	{"4-Piperidone", "4-Anilinopiperidine"},
	{"4-Anilinopiperidine", "4-Anilino-N-phenethylpiperidine"},
	{"4-Anilino-N-phenethylpiperidine", "Fentanyl powder"},
	{"Propionyl chloride", "Fentanyl powder"},
	{"Propionic anhydride", "Fentanyl powder"},
	{"Norfentanyl", "Fentanyl powder"},
	{"Fentanyl powder", "Fentanyl tablets, blue, M30"},
	{"Xylazine", "Fentanyl with xylazine"},
	{"Fentanyl powder", "Fentanyl with xylazine"},
	{"Fentanyl powder", "Fentanyl tablets, rainbow"},
}

type product struct{ name, substance, cas, form, purity, stamp, street string }

var products = []product{
	{"Fentanyl powder", "fentanyl", "437-38-7", "powder", "0.11", "", "china"},
	{"Fentanyl tablets, blue, M30", "fentanyl", "437-38-7", "tablet", "0.02", "M30", "blues"},
	{"Fentanyl tablets, rainbow", "fentanyl", "437-38-7", "tablet", "0.019", "M30", "skittles"},
	{"Fentanyl with xylazine", "fentanyl", "437-38-7", "powder", "0.08", "", "tranq"},
}

// covers are what misdeclared shipments say they hold, with their HS codes.
var covers = [][2]string{
	{"organic pigments", "3204.17"},
	{"ceramic frit", "3207.40"},
	{"pet shampoo base", "3307.90"},
	{"resin hardener", "3824.99"},
	{"furniture fittings", "8302.42"},
	{"LED drivers", "8504.40"},
	{"food flavouring", "3302.10"},
}

// shop holds the keys of substances and products by name.
type shop map[string]string

func (b *builder) stock() shop {
	s := shop{}
	for _, list := range [][]substance{precursors, licits} {
		for _, c := range list {
			s[c.name] = b.add("Chemical", c.name, "casNumber", c.cas, "formula", c.formula, "chemicalRole", c.role,
				"schedule", c.schedule, "hsCode", c.hs, "licitUses", c.uses)
			if c.alias != "" {
				b.nodes[len(b.nodes)-1].Aliases = []string{c.alias}
			}
		}
	}
	for _, p := range products {
		s[p.name] = b.add("Drug", p.name, "substance", p.substance, "casNumber", p.cas, "form", p.form,
			"purityFraction", p.purity, "stamp", p.stamp, "streetNames", p.street)
	}
	for _, c := range chains {
		b.join("PRECURSOR_OF", s[c[0]], s[c[1]])
	}
	return s
}
