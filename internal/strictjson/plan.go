package strictjson

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// op is how a Go type is decoded.
type op uint8

const (
	opString op = iota + 1
	opBool
	opInt
	opUint
	opFloat
	opStruct
	opSlice
	opMap
	opPointer
	opAny
	opTime
	opText
	opUnmarshaler
	opRawMessage
	opRaw
	opKept
	opList
)

// plan says how to decode one Go type.
type plan struct {
	op     op
	typ    reflect.Type
	elem   *plan // of slices, maps, pointers and Kept
	fields []field
	byName map[string]int // in fields
	want   string         // for faults: "a string"
}

// field is one member of a struct.
type field struct {
	name  string
	index int
	plan  *plan
}

// maxFields bounds the fields of a struct: decoding notes those seen in a fixed
// array.
const maxFields = 256

var plans sync.Map //nolint:gochecknoglobals // reflect.Type to *plan: a cache of what the program's types say

// planOf returns the plan of t. An error means that the program, not the
// input, is wrong.
func planOf(t reflect.Type) (*plan, error) {
	if p, ok := plans.Load(t); ok {
		if p, ok := p.(*plan); ok {
			return p, nil
		}
	}
	b := planner{made: map[reflect.Type]*plan{}}
	p, err := b.plan(t)
	if err != nil {
		return nil, err
	}
	plans.Store(t, p)
	return p, nil
}

// planner makes the plans of a type and all it contains. made also ends the
// recursion of types that contain themselves.
type planner struct {
	made map[reflect.Type]*plan
}

func (b *planner) plan(t reflect.Type) (*plan, error) {
	if p, ok := b.made[t]; ok {
		return p, nil
	}
	p := &plan{typ: t}
	b.made[t] = p
	p.op, p.want = opOf(t)
	var err error
	switch p.op {
	case opPointer, opSlice, opMap:
		p.elem, err = b.plan(t.Elem())
		if err == nil && p.op == opPointer {
			p.want = p.elem.want
		}
	case opStruct:
		err = b.fields(p)
	case opKept:
		if p.elem, err = b.plan(t.Field(0).Type); err == nil {
			p.want = p.elem.want
		}
	case 0:
		err = fmt.Errorf("cannot decode into the Go type %v", t)
	default:
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

func opOf(t reflect.Type) (o op, want string) {
	switch t {
	case reflect.TypeFor[Raw]():
		return opRaw, "a value"
	case reflect.TypeFor[json.RawMessage]():
		return opRawMessage, "a value"
	case reflect.TypeFor[time.Time]():
		return opTime, "a time"
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[lists]()) && t.Kind() == reflect.Struct {
		return opList, "a value"
	}
	if t.Implements(reflect.TypeFor[kept]()) && t.Kind() == reflect.Struct {
		return opKept, ""
	}
	if t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface {
		switch p := reflect.PointerTo(t); {
		case p.Implements(reflect.TypeFor[json.Unmarshaler]()):
			return opUnmarshaler, "a value"
		case p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
			return opText, "a string"
		}
	}
	return opOfKind(t)
}

func opOfKind(t reflect.Type) (o op, want string) {
	switch t.Kind() {
	case reflect.String:
		return opString, "a string"
	case reflect.Bool:
		return opBool, "a boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return opInt, "an integer"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return opUint, "an integer from 0"
	case reflect.Float32, reflect.Float64:
		return opFloat, "a number"
	case reflect.Struct:
		return opStruct, "an object"
	case reflect.Pointer:
		return opPointer, ""
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return opAny, "a value"
		}
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // encoding/json has base64 there
			return opSlice, "an array"
		}
	case reflect.Map:
		k := t.Key()
		if k.Kind() == reflect.String && !reflect.PointerTo(k).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			return opMap, "an object"
		}
	default:
	}
	return 0, ""
}

func (b *planner) fields(p *plan) error {
	p.byName = map[string]int{}
	for i := range p.typ.NumField() {
		f := p.typ.Field(i)
		tag := f.Tag.Get("json")
		if f.Anonymous && tag != "-" {
			return fmt.Errorf("cannot decode into the Go type %v: field %s is embedded", p.typ, f.Name)
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		for o := range strings.SplitSeq(options, ",") {
			if o != "" && o != "omitempty" && o != "omitzero" {
				return fmt.Errorf("cannot decode into the Go type %v: field %s has the option %q", p.typ, f.Name, o)
			}
		}
		if _, twice := p.byName[name]; twice || len(p.fields) == maxFields {
			return fmt.Errorf("cannot decode into the Go type %v: field %s is one too many", p.typ, f.Name)
		}
		fp, err := b.plan(f.Type)
		if err != nil {
			return err
		}
		p.byName[name] = len(p.fields)
		p.fields = append(p.fields, field{name: name, index: i, plan: fp})
	}
	return nil
}

// find returns the field with this name, or -1. next is where it is likely:
// writers keep the order of the fields.
func (p *plan) find(b []byte, next int) int {
	if next < len(p.fields) && string(b) == p.fields[next].name {
		return next
	}
	if i, ok := p.byName[string(b)]; ok {
		return i
	}
	return -1
}
