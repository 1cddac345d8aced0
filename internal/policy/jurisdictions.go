package policy

import "strings"

// union are the member states of the European Union, whose law an order sent there is under.
const union = " AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "

// names are what shops write instead of a country's two letters.
var names = map[string]string{
	"CHN": "CN", "CHINA": "CN", "中国": "CN", "USA": "US", "UNITED STATES": "US", "GB": "UK", "GBR": "UK", "UNITED KINGDOM": "UK",
	"DEU": "DE", "GERMANY": "DE", "DEUTSCHLAND": "DE", "FRA": "FR", "FRANCE": "FR", "ITA": "IT", "ESP": "ES", "NLD": "NL", "POL": "PL", "AUT": "AT",
}

// JurisdictionOf is the law of the country an order was sent to: CN, EU-DE, UK, US. It is empty where the country is not known.
func JurisdictionOf(country string) string {
	c := strings.ToUpper(strings.TrimSpace(country))
	if known, ok := names[c]; ok {
		c = known
	}
	switch {
	case len(c) != 2 || c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z':
		return ""
	case strings.Contains(union, " "+c+" "):
		return "EU-" + c
	}
	return c
}
