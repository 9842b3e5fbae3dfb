package similarity

// RefinedWithin is the search for classes with another bound of steps.
var RefinedWithin = refinedWithin
