package catalog

import (
	"errors"
	"fmt"
)

// The functions of this file check the arguments of a Store's methods. Every
// implementation of Store calls them first, so that all refuse alike.

// ValidateGet checks the argument of Store.Get. The error wraps ErrInvalid.
func ValidateGet(key string) error {
	return invalid("get", validateKey(key))
}

// ValidateCompose checks the keys of Composer.Compose. The error wraps ErrInvalid.
func ValidateCompose(keys ...string) error {
	faults := make([]error, len(keys))
	for i, key := range keys {
		faults[i] = validateKey(key)
	}
	return invalid("compose", faults...)
}

// ValidateList checks the arguments of Store.List. The error wraps ErrInvalid.
func ValidateList(prefix, after string, limit int) error {
	var faults []error
	if len(prefix) > MaxStoreKey {
		faults = append(faults, fmt.Errorf("prefix of %d bytes, at most %d are allowed", len(prefix), MaxStoreKey))
	}
	if len(after) > MaxStoreKey {
		faults = append(faults, fmt.Errorf("start of %d bytes, at most %d are allowed", len(after), MaxStoreKey))
	}
	faults = append(faults, validateLimit(limit))
	return invalid("list", faults...)
}

// ValidateChanges checks the arguments of Store.Changes. The error wraps
// ErrInvalid.
func ValidateChanges(since Revision, limit int) error {
	var faults []error
	if since < 0 {
		faults = append(faults, fmt.Errorf("revision %d is negative", since))
	}
	faults = append(faults, validateLimit(limit))
	return invalid("changes", faults...)
}

// ValidateApply checks the arguments of Store.Apply. The error wraps
// ErrInvalid and names every faulty op by its index, up to 20 of them.
func ValidateApply(ops ...Op) error {
	const most = 20
	var faults []error
	first := make(map[string]int, len(ops))
	for i, op := range ops {
		if err := validateOp(op); err != nil {
			faults = append(faults, fmt.Errorf("op %d: %w", i, err))
		}
		if j, ok := first[op.Key]; ok {
			faults = append(faults, fmt.Errorf("op %d: key %q is already that of op %d", i, clip(op.Key), j))
		} else {
			first[op.Key] = i
		}
		if len(faults) >= most {
			break
		}
	}
	return invalid("apply", faults...)
}

func validateOp(op Op) error {
	var faults []error
	switch op.Kind {
	case OpPut, OpDelete, OpCheck:
	default:
		faults = append(faults, fmt.Errorf("kind %d is unknown", op.Kind))
	}
	faults = append(faults, validateKey(op.Key))
	if op.Kind == OpPut && len(op.Value) > MaxStoreValue {
		faults = append(faults, fmt.Errorf("value of %d bytes, at most %d are allowed", len(op.Value), MaxStoreValue))
	}
	return errors.Join(faults...)
}

func validateKey(key string) error {
	switch {
	case key == "":
		return errors.New("key is empty")
	case len(key) > MaxStoreKey:
		return fmt.Errorf("key of %d bytes, at most %d are allowed", len(key), MaxStoreKey)
	}
	return nil
}

func validateLimit(limit int) error {
	if limit < 1 || limit > MaxStorePage {
		return fmt.Errorf("limit is %d, it must be 1 to %d", limit, MaxStorePage)
	}
	return nil
}

func invalid(method string, faults ...error) error {
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("store: %s: %w: %w", method, ErrInvalid, err)
	}
	return nil
}

// clip keeps an oversized key out of an error's text.
func clip(key string) string {
	if len(key) <= MaxStoreKey {
		return key
	}
	return key[:MaxStoreKey] + "..."
}
