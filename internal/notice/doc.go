// Package notice holds what Aftercare writes to people: one text per template and language, in texts/, and the words for codes,
// in words/. Load checks all of them against the list of templates in schemas, so that a text that is missing, or that
// mentions something nobody gives it, is found before it is needed.
//
// # What a variable holds
//
// A case gives ids, codes, amounts and times; this package makes them readable for one language and time zone.
//
//	amount, deduction, short "4784:USD": the smallest unit and the currency (schemas.VarMoney)
//	due                      RFC 3339 in UTC (schemas.VarTime)
//	expected                 as due, or "–" where nobody knows
//	lines                    "1,2*3": line ids, and after a star how many where it is not one; empty means all (schemas.VarLines).
//	                         Shown as the title of the first and how many more there are, where Render is given titles
//	wanted                   codes with commas between: "photo,invoice"
//	method                   "original", a kind, or a payment method id
//	decision                 "granted" or "refused"
//	outcome, kind, finding, what, freight, clock, status, reason, waiting, solved, subject, task, code, why
//	                         the code itself; a code without a word is shown as it is
//	everything else          shown as it is
//
// Messages to customers have a text-message form beside the long one; docs/notices.md has its rules.
//
// A variable may be empty only where its text can do without: amount, label, lines.
package notice
