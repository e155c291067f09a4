package console

import "slices"

// watchRoutes are the pages of those who watch over the system: audit, drills, queues.
func (c *Console) watchRoutes() []route {
	return slices.Concat(c.auditRoutes(), c.drillRoutes())
}
