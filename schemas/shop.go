package schemas

import "time"

// The import format: one JSON object a line. docs/import.md describes it.

// ShopOrder is an order as the shop's own system knows it.
type ShopOrder struct {
	OrderID     string        `json:"order_id"`
	MerchantID  string        `json:"merchant_id"`
	CustomerID  string        `json:"customer_id"`
	Currency    string        `json:"currency"`
	Status      OrderStatus   `json:"status"`
	PlacedAt    time.Time     `json:"placed_at"`
	DeliveredAt *time.Time    `json:"delivered_at"`
	ShipTo      *Address      `json:"ship_to,omitempty"` // personal data: PostgreSQL only
	Lines       []ShopLine    `json:"lines"`
	Payments    []ShopPayment `json:"payments"`
	Refunds     []ShopRefund  `json:"refunds"`
	Parcels     []ShopParcel  `json:"parcels"`
	// Jurisdiction is the law the order is under: CN, EU-DE, UK, …. Absent, it is that of the country it was sent to.
	Jurisdiction string `json:"jurisdiction,omitempty"`
	// Uninformed says that the customer was not told of the right to withdraw from the contract.
	Uninformed bool `json:"uninformed,omitempty"`
}

// OrderStatus is how far an order has come.
type OrderStatus string

const (
	OrderPending   OrderStatus = "pending"
	OrderProcessed OrderStatus = "processed" // on its way, not delivered
	OrderDelivered OrderStatus = "delivered"
	OrderCancelled OrderStatus = "cancelled"
)

// ShopLine is a line of an order. Two lines may have the same SKU: a line is its line_id.
type ShopLine struct {
	LineID     string            `json:"line_id"`
	SKU        string            `json:"sku"`
	ShippedSKU string            `json:"shipped_sku,omitempty"` // where another article was sent than was ordered
	ProductID  string            `json:"product_id"`
	Name       string            `json:"name"`
	Options    map[string]string `json:"options,omitempty"`
	Quantity   int               `json:"quantity"`
	UnitPrice  Money             `json:"unit_price"` // what was paid for one, after discounts
	// What the rules may ask about the article: its category, its marks (custom_made, perishable, …), and whether the customer
	// confirmed at the purchase that it cannot be returned without a reason.
	Category  string   `json:"category,omitempty"`
	Marks     []string `json:"marks,omitempty"`
	Confirmed bool     `json:"no_return_confirmed,omitempty"`
	// Established are codes of what is established about this very item: opened, misuse, serial_mismatch, fraud, ….
	Established []string `json:"established,omitempty"`
	Repairs     int      `json:"repairs,omitempty"`   // of this very item so far
	Exchanges   int      `json:"exchanges,omitempty"` // of this very item so far
}

// ShopPayment is a captured payment of an order.
type ShopPayment struct {
	PaymentID       string `json:"payment_id"`
	PaymentMethodID string `json:"payment_method_id"`
	Captured        Money  `json:"captured"`
}

// ShopRefund is a refund that was made before Aftercare.
type ShopRefund struct {
	RefundID  string `json:"refund_id"`
	PaymentID string `json:"payment_id"`
	LineID    string `json:"line_id,omitempty"` // absent: the order as a whole
	Quantity  int    `json:"quantity,omitempty"`
	Amount    Money  `json:"amount"`
}

// ShopParcel is a parcel to the customer.
type ShopParcel struct {
	TrackingNumber string   `json:"tracking_number"`
	LineIDs        []string `json:"line_ids"`
}

// Address is where a customer lives.
type Address struct {
	Address1 string `json:"address1"`
	Address2 string `json:"address2,omitempty"`
	City     string `json:"city"`
	State    string `json:"state,omitempty"`
	Zip      string `json:"zip,omitempty"`
	Country  string `json:"country"`
}

// ShopArticle is a SKU of the catalogue.
type ShopArticle struct {
	MerchantID string            `json:"merchant_id,omitempty"` // absent: every merchant of the import
	SKU        string            `json:"sku"`
	ProductID  string            `json:"product_id"`
	Name       string            `json:"name"`
	Options    map[string]string `json:"options,omitempty"`
	Price      Money             `json:"price"`
	InStock    int               `json:"in_stock"`
}

// ShopCustomer is a customer. Everything but the id is personal data and stays in PostgreSQL.
type ShopCustomer struct {
	MerchantID     string          `json:"merchant_id,omitempty"`
	CustomerID     string          `json:"customer_id"`
	Name           string          `json:"name,omitempty"`
	Email          string          `json:"email,omitempty"`
	Phone          string          `json:"phone,omitempty"`
	Locale         string          `json:"locale"`
	TimeZone       string          `json:"time_zone,omitempty"` // an IANA name, such as Europe/Berlin
	Address        *Address        `json:"address,omitempty"`
	PaymentMethods []PaymentMethod `json:"payment_methods"`
}

// PaymentMethod is one way a customer pays.
type PaymentMethod struct {
	PaymentMethodID string `json:"payment_method_id"`
	Kind            string `json:"kind"` // credit_card, paypal, gift_card, wechat_pay, alipay, …
	Balance         *Money `json:"balance,omitempty"`
}
