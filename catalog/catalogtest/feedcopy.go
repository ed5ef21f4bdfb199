package catalogtest

import "reflect"

// deepCopy copies a value of the model, so that nothing of it is shared.
// Unexported fields, such as those of time.Time, are copied as they are.
func deepCopy[T any](v T) T {
	out, ok := reflect.TypeAssert[T](copyValue(reflect.ValueOf(&v).Elem()))
	if !ok {
		return v // a nil interface; nothing of it can be shared
	}
	return out
}

func copyValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() { //nolint:exhaustive // the others are plain values
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copyValue(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(copyValue(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		copyElements(out, v)
	case reflect.Array:
		copyElements(out, v)
	case reflect.Map:
		copyMap(out, v)
	case reflect.Struct:
		copyFields(out, v)
	}
	return out
}

func copyElements(out, v reflect.Value) {
	for i := range v.Len() {
		out.Index(i).Set(copyValue(v.Index(i)))
	}
}

func copyMap(out, v reflect.Value) {
	if !v.IsNil() {
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	}
	for it := v.MapRange(); it.Next(); {
		out.SetMapIndex(it.Key(), copyValue(it.Value()))
	}
}

func copyFields(out, v reflect.Value) {
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			out.Field(i).Set(copyValue(v.Field(i)))
		}
	}
}

// scribble overwrites everything that v, a pointer, leads to.
func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scribble(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			scribble(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scribble(v.Field(i))
			}
		}
	case reflect.String:
		v.SetString("scribbled over")
	default:
		v.SetZero()
	}
}
