package workflows

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// fill gives every field below v a value of its own, so that one that does not travel is missed.
func fill(t *testing.T, v reflect.Value, path string, n *int) {
	t.Helper()
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 26, 0, 0, *n, 0, time.UTC)))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(fmt.Sprintf(`{"n":%d}`, *n))))
		return
	case schemas.Duration:
		v.Set(reflect.ValueOf(schemas.Duration(time.Duration(*n) * time.Second)))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path, n)
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			require.True(t, field.IsExported(), "%s.%s does not travel into the next run: JSON sees exported fields alone", path, field.Name)
			require.NotEqual(t, "-", field.Tag.Get("json"), "%s.%s does not travel into the next run", path, field.Name)
			fill(t, v.Field(i), path+"."+field.Name, n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), path, n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(t, key, path, n)
			fill(t, value, path, n)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("s%d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n))
	default:
		require.FailNow(t, "a kind of field that this test does not know", "%s: %s", path, v.Kind())
	}
}

func TestEverythingACaseKnowsGoesOnInTheNextRun(t *testing.T) {
	t.Parallel()
	var before State
	n := 0
	fill(t, reflect.ValueOf(&before).Elem(), "State", &n)
	require.Greater(t, n, 300, "the state has many fields")
	state, err := json.Marshal(before)
	require.NoError(t, err)
	raw, err := json.Marshal(schemas.Opening{Request: before.Opening.Request, Carried: &schemas.Carried{State: state}})
	require.NoError(t, err)
	after, ok := carriedState(raw)
	require.True(t, ok)
	again, err := json.Marshal(after)
	require.NoError(t, err)
	require.JSONEq(t, string(state), string(again))
	require.True(t, reflect.DeepEqual(before, *after), "a field is lost or changed on its way into the next run")
}
