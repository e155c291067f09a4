// Package triage reads a text as people send it, in English, Swahili, Sheng or all at once, and
// proposes what harm it tells of, how urgent it is and where (domain brief 4.1, 4.2, 6.2).
//
// What it says is a proposal that a person confirms. It may raise an urgency and never lowers one.
// Everything is in memory and pure: no clock, no I/O after loading. The words stand in lexicon/, the
// meaning of their signals in lexicon/rules.yaml, the rules of urgency in routing's document alone.
package triage
