package connector

// Date is a calendar day in UTC, "2006-01-02". The zero value means none.
type Date string
