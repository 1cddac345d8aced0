package schemas

// Kind is what a customer asks for; each kind is one story.
type Kind string

const (
	KindReturn    Kind = "return"    // 退货退款: the customer wants the money back, with the goods coming back or refund-only (仅退款)
	KindExchange  Kind = "exchange"  // 换货: the customer wants another article instead
	KindRepair    Kind = "repair"    // 维修: the customer wants the article mended
	KindComplaint Kind = "complaint" // 投诉: the customer wants somebody to answer for something
)

// Stage is one of the five parts every story passes through, or CLOSED.
type Stage string

const (
	StageIntake        Stage = "INTAKE"        // 受理: the request is taken in and completed
	StageInvestigation Stage = "INVESTIGATION" // 调查: somebody decides whether it is granted
	StageVerification  Stage = "VERIFICATION"  // 核实: the goods come back and are looked at, or a refusal is looked at again
	StageResolution    Stage = "RESOLUTION"    // 解决: the money is paid
	StageFollowUp      Stage = "FOLLOW_UP"     // 回访: the customer is asked how it went
	StageClosed        Stage = "CLOSED"        // 已结案: the case has ended
)

// State is where a line of a case stands. The state of a case is that of its line furthest behind.
type State string

const (
	Submitted            State = "SUBMITTED"              // 已提交: the system takes the request in
	WaitInfo             State = "WAIT_INFO"              // 待补充: the customer is asked for facts or photos
	Review               State = "REVIEW"                 // 商家审核: a person of the merchant's decides on the wish
	Negotiating          State = "NEGOTIATING"            // 协商: the customer has an offer to answer
	RejectedAppealable   State = "REJECTED_APPEALABLE"    // 已拒绝: a person refused; the customer may object
	Appeal               State = "APPEAL"                 // 申诉: a supervisor looks at the refusal again
	WaitShipback         State = "WAIT_SHIPBACK"          // 待买家退货: the customer sends the goods back
	ReturnInTransit      State = "RETURN_IN_TRANSIT"      // 退货中: the goods travel to the warehouse
	Received             State = "RECEIVED"               // 待验货: the warehouse has the goods and looks at them
	InspectionFailed     State = "INSPECTION_FAILED"      // 验货不符: the goods are not as declared; the customer chooses
	SendBack             State = "SEND_BACK"              // 寄回买家: the goods travel back to the customer
	OutOfStock           State = "OUT_OF_STOCK"           // 缺货: the replacement is not there; the customer chooses
	WaitPayment          State = "WAIT_PAYMENT"           // 待补款: the customer pays what the replacement costs more, or a deposit is held
	ShipReplacement      State = "SHIP_REPLACEMENT"       // 待发货: the warehouse sends the replacement
	ReplacementInTransit State = "REPLACEMENT_IN_TRANSIT" // 换货运输中: the replacement travels, or waits for the customer's word
	ReplacementLost      State = "REPLACEMENT_LOST"       // 换货丢失: the replacement did not arrive; the customer chooses
	Confirmed            State = "CONFIRMED"              // 已确认收货: the customer has the replacement; books, goods and money are settled
	RefundApproved       State = "REFUND_APPROVED"        // 待退款: the refund is ordered, above a limit after a second person said yes
	RefundProcessing     State = "REFUND_PROCESSING"      // 退款中: the payment provider has the order
	RefundFailed         State = "REFUND_FAILED"          // 退款异常: the provider could not pay; finance finds another way
	Refunded             State = "REFUNDED"               // 已退款: the money has arrived; books and goods are settled
	Converting           State = "CONVERTING"             // 转换中: the line goes on in another case, which is being opened
	FollowUp             State = "FOLLOW_UP"              // 回访: every line has ended; the customer is asked how it went
	Closed               State = "CLOSED"                 // 已结案: over
)

// Turn says on whom a state waits.
type Turn string

const (
	TurnCustomer  Turn = "customer"  // 买家: the customer
	TurnMerchant  Turn = "merchant"  // 商家: the merchant's staff
	TurnWarehouse Turn = "warehouse" // 仓库: the warehouse
	TurnCarrier   Turn = "carrier"   // 承运商: the carrier
	TurnProvider  Turn = "provider"  // 支付机构: the payment provider
	TurnSystem    Turn = "system"    // 系统: Aftercare itself
	TurnNobody    Turn = "nobody"    // 无: nobody, the case has ended
)

// Outcome is how a line, or a whole case, ended.
type Outcome string

const (
	OutcomeNone       Outcome = ""                   // not ended
	Completed         Outcome = "COMPLETED"          // 已完成: everything that was asked for was paid
	CompletedPartial  Outcome = "COMPLETED_PARTIAL"  // 部分完成: a part was paid, or the goods went back to the customer by choice
	Withdrawn         Outcome = "WITHDRAWN"          // 买家撤销: the customer took the wish back
	Expired           Outcome = "EXPIRED"            // 超时关闭: the customer was silent
	RejectedFinal     Outcome = "REJECTED_FINAL"     // 最终拒绝: a person refused, and it was not objected to, or the appeal was refused too
	Converted         Outcome = "CONVERTED"          // 已转换: goes on as another kind of case
	Merged            Outcome = "MERGED"             // 已合并: another open case holds these units, and has the wish
	SettledExternally Outcome = "SETTLED_EXTERNALLY" // 外部裁决: a bank, a platform or an authority decided, and the money went that way
	Unresolvable      Outcome = "UNRESOLVABLE"       // 无法解决: nobody decided on goodwill until the last rung
	Adopted           Outcome = "ADOPTED"            // 已接续: its workflow was ended from outside; another case goes on from its rows
	Invalid           Outcome = "INVALID"            // 无效: it cannot be a request; a person can still be asked for
)

// Priority orders work: P0 is served first. It is computed at intake and never silently lowered.
type Priority string

const (
	P0 Priority = "P0" // safety, injury, a mass event
	P1 Priority = "P1" // money above a limit, a repeated failure
	P2 Priority = "P2" // ordinary work
	P3 Priority = "P3" // low urgency: clocks marked P3 × 2 take twice as long
)

// Role is in what capacity somebody acts.
type Role string

const (
	RoleCustomer   Role = "customer"   // 买家: the customer of this case
	RoleAgent      Role = "agent"      // 客服: level 1
	RoleHandler    Role = "handler"    // 投诉专员: level 1, owns complaints
	RoleTeamLead   Role = "team_lead"  // 组长: level 2
	RoleSupervisor Role = "supervisor" // 主管: level 3
	RoleManager    Role = "manager"    // 售后经理: level 4
	RoleExecutive  Role = "executive"  // 高管: level 5
	RoleInspector  Role = "inspector"  // 验货员: looks at returned goods
	RoleTechnician Role = "technician" // 维修技师: repairs
	RoleFinance    Role = "finance"    // 财务: pays where the provider cannot
	RolePrivacy    Role = "privacy"    // 隐私专员: answers requests about personal data
	RoleLegal      Role = "legal"      // 法务: legal questions
	RoleAnalyst    Role = "analyst"    // 分析师: reads figures, decides nothing
	RoleOperator   Role = "operator"   // 平台运营: acts when nobody on the ladder did
	RoleSystem     Role = "system"     // 系统: the case itself, and machines
)

// Roles lists every role in the order of docs/words.md.
var Roles = []Role{
	RoleCustomer, RoleAgent, RoleHandler, RoleTeamLead, RoleSupervisor, RoleManager, RoleExecutive, RoleInspector,
	RoleTechnician, RoleFinance, RolePrivacy, RoleLegal, RoleAnalyst, RoleOperator, RoleSystem,
}

// Reason is why the customer asks.
type Reason string

const (
	ChangedMind    Reason = "changed_mind"     // 不想要了: no fault of the goods
	WrongVariant   Reason = "wrong_variant"    // 拍错: the customer chose wrongly, unless the order shows that another article was sent
	Defective      Reason = "defective"        // 质量问题: it does not work
	Damaged        Reason = "damaged"          // 破损: it arrived damaged
	NotAsDescribed Reason = "not_as_described" // 与描述不符: it is not what the page said
	WrongItemSent  Reason = "wrong_item_sent"  // 发错货: another article was sent
	NotReceived    Reason = "not_received"     // 未收到: the carrier says delivered, the customer says not
	OtherReason    Reason = "other"            // 其他: a person reads it
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

// Channels lists the channels of one's own. The rules of a platform ask for the platform's code word (taobao, wechat_shop, …), so any code
// word may stand for a channel.
var Channels = []Channel{"app", "chat", "email", "phone", "web", "wechat", "marketplace"}

// Finding is what an inspector saw that was not as declared.
type Finding string

const (
	FindingDamaged      Finding = "damaged"       // 破损: damaged
	FindingUsed         Finding = "used"          // 已使用: used
	FindingMissingParts Finding = "missing_parts" // 缺件: parts are missing
	FindingWrongItem    Finding = "wrong_item"    // 货不对板: another article
	FindingEmpty        Finding = "empty"         // 空包: nothing in the parcel
	FindingMissing      Finding = "missing"       // 少件: this line was not in the parcel
)

// Findings lists every finding.
var Findings = []Finding{FindingDamaged, FindingUsed, FindingMissingParts, FindingWrongItem, FindingEmpty, FindingMissing}

// Disposition is where inspected goods go.
type Disposition string

const (
	Restock    Disposition = "restock"            // 重新上架: sold again
	Refurbish  Disposition = "refurbish"          // 翻新: mended first
	Recycle    Disposition = "recycle"            // 回收: recycled
	Destroy    Disposition = "destroy"            // 销毁: destroyed
	ToSupplier Disposition = "return_to_supplier" // 退供应商: back to the supplier
	Quarantine Disposition = "quarantine"         // 隔离待检: not for sale until somebody has looked
)

// Dispositions lists every disposition.
var Dispositions = []Disposition{Restock, Refurbish, Recycle, Destroy, ToSupplier, Quarantine}

// Solved is the customer's answer to "was your problem solved?".
type Solved string

const (
	SolvedYes    Solved = "yes"    // 已解决: yes
	SolvedPartly Solved = "partly" // 部分解决: partly
	SolvedNo     Solved = "no"     // 未解决: no; the case goes back to a person
)

// RecoveryOutcome is how a team lead closed the recovery after a low score.
type RecoveryOutcome string

// RecoveryOutcomes lists every recovery outcome.
var RecoveryOutcomes = []RecoveryOutcome{"explained", "compensated", "reopened", "complaint_opened", "unreachable"}
