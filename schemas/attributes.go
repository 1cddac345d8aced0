package schemas

// AttributeType is a type of a Temporal search attribute.
type AttributeType string

const (
	Keyword  AttributeType = "Keyword"
	Int      AttributeType = "Int"
	Datetime AttributeType = "Datetime"
	// KeywordList is several keywords at once; SQL visibility allows three attributes of it, apart from the keywords.
	KeywordList AttributeType = "KeywordList"
)

// SearchAttribute is one attribute that ops can search by in the Temporal UI. SQL visibility allows ten keywords; we keep to eight.
type SearchAttribute struct {
	Name string
	Type AttributeType
	What string
}

// Names of the search attributes.
const (
	AttrKind     = "AftercareKind"
	AttrStage    = "AftercareStage"
	AttrState    = "AftercareState"
	AttrTurn     = "AftercareTurn"
	AttrPriority = "AftercarePriority"
	AttrOwner    = "AftercareOwner"
	AttrMerchant = "AftercareMerchant"
	AttrOrder    = "AftercareOrder"
	AttrLevel    = "AftercareLevel"
	AttrDue      = "AftercareDue"
	AttrOutside  = "AftercareOutside"
	AttrStuck    = "AftercareStuck"
)

// SearchAttributes lists them all. The worker refuses to start where one is missing.
var SearchAttributes = []SearchAttribute{
	{AttrKind, Keyword, "return, exchange, repair or complaint"},
	{AttrStage, Keyword, "INTAKE … FOLLOW_UP, CLOSED"},
	{AttrState, Keyword, "the state of the line furthest behind"},
	{AttrTurn, Keyword, "on whom the case waits"},
	{AttrPriority, Keyword, "P0 … P3"},
	{AttrOwner, Keyword, "the person responsible"},
	{AttrMerchant, Keyword, "the merchant"},
	{AttrOrder, Keyword, "the order"},
	{AttrLevel, Int, "escalation level, 1 … 5"},
	{AttrDue, Datetime, "the nearest due"},
	{AttrOutside, KeywordList, "open disputes and holds: chargeback, platform, regulator, REFUND_HOLD, LEGAL_HOLD, …"},
	{AttrStuck, KeywordList, "of parked steps: their causes and their calls; not set where none is parked"},
}
