package maps

var Tenths = tenths
