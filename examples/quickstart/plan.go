package main

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// planEach plans and shows the choices one by one, so that one that cannot be
// planned does not keep the others from it: a plan of several is all or nothing.
func planEach(ctx context.Context, ada *catalog.Admin, choices []catalog.Choice, approve bool, out *output) (*catalog.Plan, []installLine, error) {
	var good []catalog.Choice
	var refused []installLine
	chosen := map[connector.Key]bool{}
	for _, ch := range choices {
		plan, err := ada.Plan(ctx, ch)
		if err == nil {
			err = accept(plan, chosen, approve, out)
		}
		if cerr := ctx.Err(); cerr != nil {
			return nil, nil, cerr
		}
		if err != nil {
			refused = append(refused, installLine{Key: ch.Key, Version: ch.Version, State: catalog.Failed, Error: err.Error()})
			continue
		}
		good = append(good, ch)
	}
	if len(good) == 0 {
		return &catalog.Plan{}, refused, nil
	}
	plan, err := ada.Plan(ctx, good...)
	if err != nil {
		return nil, nil, err
	}
	if approve {
		for _, it := range plan.Items {
			plan.Approve(it.Key)
		}
	}
	return plan, refused, nil
}

// accept shows a plan of one item and decides whether to carry it out.
func accept(plan *catalog.Plan, chosen map[connector.Key]bool, approve bool, out *output) error {
	it := &plan.Items[0]
	if chosen[it.Key] {
		return fmt.Errorf("%s is chosen twice", it.Key)
	}
	chosen[it.Key] = true
	for _, line := range out.plan(plan) {
		out.object(map[string]any{"plan": line})
	}
	if it.NeedsApproval && !approve {
		return fmt.Errorf("%w: see the plan, and give -approve", catalog.ErrApprovalRequired)
	}
	return nil
}

// carryOut installs a plan, shows how it goes on, and returns how it ended.
func carryOut(ctx context.Context, ada *catalog.Admin, plan *catalog.Plan, out *output) (*catalog.OperationStatus, error) {
	op, err := ada.Install(ctx, plan)
	if err != nil {
		return nil, err
	}
	return follow(ctx, op, out.progress)
}
