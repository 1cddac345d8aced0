package schemas

// Kind is what a customer asks for; each kind is one story.
type Kind string

const (
	KindReturn    Kind = "return"    // 退货退款, with goods or refund-only (仅退款)
	KindExchange  Kind = "exchange"  // 换货
	KindRepair    Kind = "repair"    // 维修
	KindComplaint Kind = "complaint" // 投诉
)

// Stage is one of the five parts every story passes through, or CLOSED.
type Stage string

const (
	StageIntake        Stage = "INTAKE"        // 受理
	StageInvestigation Stage = "INVESTIGATION" // 调查
	StageVerification  Stage = "VERIFICATION"  // 核实
	StageResolution    Stage = "RESOLUTION"    // 解决
	StageFollowUp      Stage = "FOLLOW_UP"     // 回访
	StageClosed        Stage = "CLOSED"
)

// State is where a line of a case stands. The state of a case is that of its line furthest behind.
type State string

const (
	Submitted          State = "SUBMITTED"           // RR01 已提交
	WaitInfo           State = "WAIT_INFO"           // RR02 待补充
	Review             State = "REVIEW"              // RR03 商家审核
	Negotiating        State = "NEGOTIATING"         // RR04 协商
	RejectedAppealable State = "REJECTED_APPEALABLE" // RR05 已拒绝
	Appeal             State = "APPEAL"              // 申诉
	WaitShipback       State = "WAIT_SHIPBACK"       // RR06 待买家退货
	ReturnInTransit    State = "RETURN_IN_TRANSIT"   // RR07 退货中
	Received           State = "RECEIVED"            // RR08 待验货
	InspectionFailed   State = "INSPECTION_FAILED"   // RR09 验货不符
	SendBack           State = "SEND_BACK"           // 寄回买家
	RefundApproved     State = "REFUND_APPROVED"     // RR10 待退款
	RefundProcessing   State = "REFUND_PROCESSING"   // RR11 退款中
	RefundFailed       State = "REFUND_FAILED"       // RR12 退款异常
	Refunded           State = "REFUNDED"            // RR13 已退款
	FollowUp           State = "FOLLOW_UP"           // RR14 回访
	Closed             State = "CLOSED"
)

// Turn says on whom a state waits.
type Turn string

const (
	TurnCustomer  Turn = "customer"
	TurnMerchant  Turn = "merchant"
	TurnWarehouse Turn = "warehouse"
	TurnCarrier   Turn = "carrier"
	TurnProvider  Turn = "provider" // the payment provider
	TurnSystem    Turn = "system"
	TurnNobody    Turn = "nobody" // the case has ended
)

// Outcome is how a line, or a whole case, ended.
type Outcome string

const (
	OutcomeNone       Outcome = ""
	Completed         Outcome = "COMPLETED"
	CompletedPartial  Outcome = "COMPLETED_PARTIAL"
	Withdrawn         Outcome = "WITHDRAWN"
	Expired           Outcome = "EXPIRED"
	RejectedFinal     Outcome = "REJECTED_FINAL"
	Converted         Outcome = "CONVERTED"
	Merged            Outcome = "MERGED"
	SettledExternally Outcome = "SETTLED_EXTERNALLY"
	Unresolvable      Outcome = "UNRESOLVABLE"
	Invalid           Outcome = "INVALID"
)

// Priority orders work: P0 is served first. It is computed at intake and never silently lowered.
type Priority string

const (
	P0 Priority = "P0"
	P1 Priority = "P1"
	P2 Priority = "P2"
	P3 Priority = "P3"
)

// Role is in what capacity somebody acts.
type Role string

const (
	RoleCustomer   Role = "customer"
	RoleAgent      Role = "agent"      // 客服 L1
	RoleHandler    Role = "handler"    // 投诉专员
	RoleTeamLead   Role = "team_lead"  // 组长 L2
	RoleSupervisor Role = "supervisor" // 主管 L3
	RoleManager    Role = "manager"    // 售后经理 L4
	RoleExecutive  Role = "executive"  // L5
	RoleInspector  Role = "inspector"  // 验货员
	RoleTechnician Role = "technician"
	RoleFinance    Role = "finance"
	RolePrivacy    Role = "privacy"
	RoleLegal      Role = "legal"
	RoleAnalyst    Role = "analyst"
	RoleOperator   Role = "operator" // the platform's operator, who acts when the merchant does not
	RoleSystem     Role = "system"
)

// Roles lists every role in the order of docs/words.md.
var Roles = []Role{
	RoleCustomer, RoleAgent, RoleHandler, RoleTeamLead, RoleSupervisor, RoleManager, RoleExecutive, RoleInspector,
	RoleTechnician, RoleFinance, RolePrivacy, RoleLegal, RoleAnalyst, RoleOperator, RoleSystem,
}

// Reason is why the customer asks.
type Reason string

const (
	ChangedMind    Reason = "changed_mind"
	WrongVariant   Reason = "wrong_variant" // the customer's mistake unless the order shows another SKU than was shipped
	Defective      Reason = "defective"
	Damaged        Reason = "damaged"
	NotAsDescribed Reason = "not_as_described"
	WrongItemSent  Reason = "wrong_item_sent"
	NotReceived    Reason = "not_received"
	OtherReason    Reason = "other"
)

// Reasons lists every reason a request may give.
var Reasons = []Reason{ChangedMind, WrongVariant, Defective, Damaged, NotAsDescribed, WrongItemSent, NotReceived, OtherReason}

// MerchantsFault reports whether the merchant bears the consequences (return freight, no deduction for use) when the reason is true.
func (r Reason) MerchantsFault() bool {
	switch r {
	case Defective, Damaged, NotAsDescribed, WrongItemSent, NotReceived:
		return true
	case ChangedMind, WrongVariant, OtherReason:
		return false
	}
	return false
}

// Channel is the way the request came in. It belongs to a message, not to the case; the case keeps the first one.
type Channel string

// Channels lists the channels a request may come through.
var Channels = []Channel{"app", "chat", "email", "phone", "web", "wechat", "marketplace"}

// Finding is what an inspector saw that was not as declared.
type Finding string

const (
	FindingDamaged      Finding = "damaged"
	FindingUsed         Finding = "used"
	FindingMissingParts Finding = "missing_parts"
	FindingWrongItem    Finding = "wrong_item"
	FindingEmpty        Finding = "empty"
	FindingMissing      Finding = "missing"
)

// Findings lists every finding.
var Findings = []Finding{FindingDamaged, FindingUsed, FindingMissingParts, FindingWrongItem, FindingEmpty, FindingMissing}

// Disposition is where inspected goods go.
type Disposition string

const (
	Restock    Disposition = "restock"
	Refurbish  Disposition = "refurbish"
	Recycle    Disposition = "recycle"
	Destroy    Disposition = "destroy"
	ToSupplier Disposition = "return_to_supplier"
	Quarantine Disposition = "quarantine"
)

// Dispositions lists every disposition.
var Dispositions = []Disposition{Restock, Refurbish, Recycle, Destroy, ToSupplier, Quarantine}

// Solved is the customer's answer to "was your problem solved?".
type Solved string

const (
	SolvedYes    Solved = "yes"
	SolvedPartly Solved = "partly"
	SolvedNo     Solved = "no"
)

// RecoveryOutcome is how a team lead closed the recovery after a low score.
type RecoveryOutcome string

// RecoveryOutcomes lists every recovery outcome.
var RecoveryOutcomes = []RecoveryOutcome{"explained", "compensated", "reopened", "complaint_opened", "unreachable"}
