// Many small programs, each in a file of its own under lib/, compiled as one job: their names must not get into each other's way.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";
import { probe as arrOptional } from "./lib/arr_optional";
import { probe as arrayMethods2 } from "./lib/array_methods_2";
import { probe as arrayOfArraysMut } from "./lib/array_of_arrays_mut";
import { probe as asKeywords } from "./lib/as_keywords";
import { probe as assertNarrow } from "./lib/assert_narrow";
import { probe as asyncHelperNotAwaited } from "./lib/async_helper_not_awaited";
import { probe as base64 } from "./lib/base64";
import { probe as bigArrays } from "./lib/big_arrays";
import { probe as bigintMore } from "./lib/bigint_more";
import { probe as boolMath } from "./lib/bool_math";
import { probe as calculator } from "./lib/calculator";
import { probe as captureParamMut } from "./lib/capture_param_mut";
import { probe as captureReassigned } from "./lib/capture_reassigned";
import { probe as charcodeCipher } from "./lib/charcode_cipher";
import { probe as classCapture } from "./lib/class_capture";
import { probe as classStaticBlockOrder } from "./lib/class_static_block_order";
import { probe as closureInMap } from "./lib/closure_in_map";
import { probe as commaVoidEtc } from "./lib/comma_void_etc";
import { probe as compareChain } from "./lib/compare_chain";
import { probe as compoundStrings } from "./lib/compound_strings";
import { probe as constAssertions } from "./lib/const_assertions";
import { probe as constFold } from "./lib/const_fold";
import { probe as dateLikeMath } from "./lib/date_like_math";
import { probe as deepNest } from "./lib/deep_nest";
import { probe as defaultExportFn } from "./lib/default_export_fn";
import { probe as defaultParamsExpr } from "./lib/default_params_expr";
import { probe as destructSwapObj } from "./lib/destruct_swap_obj";
import { probe as dijkstra } from "./lib/dijkstra";
import { probe as dollarNames } from "./lib/dollar_names";
import { probe as earlyExitFilter } from "./lib/early_exit_filter";
import { probe as enumFlagsIter } from "./lib/enum_flags_iter";
import { probe as enumStringMap } from "./lib/enum_string_map";
import { probe as exhaustiveNever } from "./lib/exhaustive_never";
import { probe as genericClass } from "./lib/generic_class";
import { probe as genericConstraint } from "./lib/generic_constraint";
import { probe as gettersStatic } from "./lib/getters_static";
import { probe as groupBy } from "./lib/group_by";
import { probe as hist } from "./lib/hist";
import { probe as ifChains } from "./lib/if_chains";
import { probe as incDecProp } from "./lib/inc_dec_prop";
import { probe as inheritChain } from "./lib/inherit_chain";
import { probe as interfaceDefault } from "./lib/interface_default";
import { probe as interfacesPoly } from "./lib/interfaces_poly";
import { probe as iterateStringIdx } from "./lib/iterate_string_idx";
import { probe as jsonWriter } from "./lib/json_writer";
import { probe as labeledData } from "./lib/labeled_data";
import { probe as levenshtein } from "./lib/levenshtein";
import { probe as lfNames } from "./lib/lf_names";
import { probe as life2 } from "./lib/life2";
import { probe as linkedListIter } from "./lib/linked_list_iter";
import { probe as longIfExpr } from "./lib/long_if_expr";
import { probe as loopCaptureWhile } from "./lib/loop_capture_while";
import { probe as luhn } from "./lib/luhn";
import { probe as mapOfMaps } from "./lib/map_of_maps";
import { probe as matrixCls } from "./lib/matrix_cls";
import { probe as memoClass } from "./lib/memo_class";
import { probe as movingAvg } from "./lib/moving_avg";
import { probe as nestedFnMutual } from "./lib/nested_fn_mutual";
import { probe as nestedGenericFn } from "./lib/nested_generic_fn";
import { probe as nestedTernaryObj } from "./lib/nested_ternary_obj";
import { probe as ngrams } from "./lib/ngrams";
import { probe as nullableChain } from "./lib/nullable_chain";
import { probe as nullishChain } from "./lib/nullish_chain";
import { probe as numericEdge } from "./lib/numeric_edge";
import { probe as objOfArrays } from "./lib/obj_of_arrays";
import { probe as objectShorthandMethods } from "./lib/object_shorthand_methods";
import { probe as observer } from "./lib/observer";
import { probe as optNumberFields } from "./lib/opt_number_fields";
import { probe as optionalCall } from "./lib/optional_call";
import { probe as padTable } from "./lib/pad_table";
import { probe as partialUpdate } from "./lib/partial_update";
import { probe as pq } from "./lib/pq";
import { probe as readonlyProps } from "./lib/readonly_props";
import { probe as recordConst } from "./lib/record_const";
import { probe as recordEquality } from "./lib/record_equality";
import { probe as recursiveClosure } from "./lib/recursive_closure";
import { probe as reduceMap } from "./lib/reduce_map";
import { probe as romanObjEntries } from "./lib/roman_obj_entries";
import { probe as sessionize } from "./lib/sessionize";
import { probe as setOps } from "./lib/set_ops";
import { probe as shadowBuiltinNames } from "./lib/shadow_builtin_names";
import { probe as shadowParams } from "./lib/shadow_params";
import { probe as sortCallbackCapture } from "./lib/sort_callback_capture";
import { probe as spreadCalls } from "./lib/spread_calls";
import { probe as stateMachineEnum } from "./lib/state_machine_enum";
import { probe as staticCounter } from "./lib/static_counter";
import { probe as statsObj } from "./lib/stats_obj";
import { probe as strOfOptional } from "./lib/str_of_optional";
import { probe as stringAccumulate } from "./lib/string_accumulate";
import { probe as stringBuilderPerf } from "./lib/string_builder_perf";
import { probe as stringRawCmp } from "./lib/string_raw_cmp";
import { probe as stringScan } from "./lib/string_scan";
import { probe as stringSwitchFall } from "./lib/string_switch_fall";
import { probe as stringsUnicodeEsc } from "./lib/strings_unicode_esc";
import { probe as templateFn } from "./lib/template_fn";
import { probe as ternaryChainTypes } from "./lib/ternary_chain_types";
import { probe as thisArrow } from "./lib/this_arrow";
import { probe as tokenizer3 } from "./lib/tokenizer3";
import { probe as tupleReturn } from "./lib/tuple_return";
import { probe as twoDimSet } from "./lib/two_dim_set";
import { probe as twoPointers } from "./lib/two_pointers";
import { probe as typeofChecks } from "./lib/typeof_checks";
import { probe as unicodeIdents } from "./lib/unicode_idents";
import { probe as urlParse } from "./lib/url_parse";
import { probe as voidCallbacks } from "./lib/void_callbacks";
import { probe as whileAssign } from "./lib/while_assign";

type Out = { key: string; value: string };

function all(s: string): Out[] {
  return [
    { key: "arr_optional", value: arrOptional(s) },
    { key: "array_methods_2", value: arrayMethods2(s) },
    { key: "array_of_arrays_mut", value: arrayOfArraysMut(s) },
    { key: "as_keywords", value: asKeywords(s) },
    { key: "assert_narrow", value: assertNarrow(s) },
    { key: "async_helper_not_awaited", value: asyncHelperNotAwaited(s) },
    { key: "base64", value: base64(s) },
    { key: "big_arrays", value: bigArrays(s) },
    { key: "bigint_more", value: bigintMore(s) },
    { key: "bool_math", value: boolMath(s) },
    { key: "calculator", value: calculator(s) },
    { key: "capture_param_mut", value: captureParamMut(s) },
    { key: "capture_reassigned", value: captureReassigned(s) },
    { key: "charcode_cipher", value: charcodeCipher(s) },
    { key: "class_capture", value: classCapture(s) },
    { key: "class_static_block_order", value: classStaticBlockOrder(s) },
    { key: "closure_in_map", value: closureInMap(s) },
    { key: "comma_void_etc", value: commaVoidEtc(s) },
    { key: "compare_chain", value: compareChain(s) },
    { key: "compound_strings", value: compoundStrings(s) },
    { key: "const_assertions", value: constAssertions(s) },
    { key: "const_fold", value: constFold(s) },
    { key: "date_like_math", value: dateLikeMath(s) },
    { key: "deep_nest", value: deepNest(s) },
    { key: "default_export_fn", value: defaultExportFn(s) },
    { key: "default_params_expr", value: defaultParamsExpr(s) },
    { key: "destruct_swap_obj", value: destructSwapObj(s) },
    { key: "dijkstra", value: dijkstra(s) },
    { key: "dollar_names", value: dollarNames(s) },
    { key: "early_exit_filter", value: earlyExitFilter(s) },
    { key: "enum_flags_iter", value: enumFlagsIter(s) },
    { key: "enum_string_map", value: enumStringMap(s) },
    { key: "exhaustive_never", value: exhaustiveNever(s) },
    { key: "generic_class", value: genericClass(s) },
    { key: "generic_constraint", value: genericConstraint(s) },
    { key: "getters_static", value: gettersStatic(s) },
    { key: "group_by", value: groupBy(s) },
    { key: "hist", value: hist(s) },
    { key: "if_chains", value: ifChains(s) },
    { key: "inc_dec_prop", value: incDecProp(s) },
    { key: "inherit_chain", value: inheritChain(s) },
    { key: "interface_default", value: interfaceDefault(s) },
    { key: "interfaces_poly", value: interfacesPoly(s) },
    { key: "iterate_string_idx", value: iterateStringIdx(s) },
    { key: "json_writer", value: jsonWriter(s) },
    { key: "labeled_data", value: labeledData(s) },
    { key: "levenshtein", value: levenshtein(s) },
    { key: "lf_names", value: lfNames(s) },
    { key: "life2", value: life2(s) },
    { key: "linked_list_iter", value: linkedListIter(s) },
    { key: "long_if_expr", value: longIfExpr(s) },
    { key: "loop_capture_while", value: loopCaptureWhile(s) },
    { key: "luhn", value: luhn(s) },
    { key: "map_of_maps", value: mapOfMaps(s) },
    { key: "matrix_cls", value: matrixCls(s) },
    { key: "memo_class", value: memoClass(s) },
    { key: "moving_avg", value: movingAvg(s) },
    { key: "nested_fn_mutual", value: nestedFnMutual(s) },
    { key: "nested_generic_fn", value: nestedGenericFn(s) },
    { key: "nested_ternary_obj", value: nestedTernaryObj(s) },
    { key: "ngrams", value: ngrams(s) },
    { key: "nullable_chain", value: nullableChain(s) },
    { key: "nullish_chain", value: nullishChain(s) },
    { key: "numeric_edge", value: numericEdge(s) },
    { key: "obj_of_arrays", value: objOfArrays(s) },
    { key: "object_shorthand_methods", value: objectShorthandMethods(s) },
    { key: "observer", value: observer(s) },
    { key: "opt_number_fields", value: optNumberFields(s) },
    { key: "optional_call", value: optionalCall(s) },
    { key: "pad_table", value: padTable(s) },
    { key: "partial_update", value: partialUpdate(s) },
    { key: "pq", value: pq(s) },
    { key: "readonly_props", value: readonlyProps(s) },
    { key: "record_const", value: recordConst(s) },
    { key: "record_equality", value: recordEquality(s) },
    { key: "recursive_closure", value: recursiveClosure(s) },
    { key: "reduce_map", value: reduceMap(s) },
    { key: "roman_obj_entries", value: romanObjEntries(s) },
    { key: "sessionize", value: sessionize(s) },
    { key: "set_ops", value: setOps(s) },
    { key: "shadow_builtin_names", value: shadowBuiltinNames(s) },
    { key: "shadow_params", value: shadowParams(s) },
    { key: "sort_callback_capture", value: sortCallbackCapture(s) },
    { key: "spread_calls", value: spreadCalls(s) },
    { key: "state_machine_enum", value: stateMachineEnum(s) },
    { key: "static_counter", value: staticCounter(s) },
    { key: "stats_obj", value: statsObj(s) },
    { key: "str_of_optional", value: strOfOptional(s) },
    { key: "string_accumulate", value: stringAccumulate(s) },
    { key: "string_builder_perf", value: stringBuilderPerf(s) },
    { key: "string_raw_cmp", value: stringRawCmp(s) },
    { key: "string_scan", value: stringScan(s) },
    { key: "string_switch_fall", value: stringSwitchFall(s) },
    { key: "strings_unicode_esc", value: stringsUnicodeEsc(s) },
    { key: "template_fn", value: templateFn(s) },
    { key: "ternary_chain_types", value: ternaryChainTypes(s) },
    { key: "this_arrow", value: thisArrow(s) },
    { key: "tokenizer3", value: tokenizer3(s) },
    { key: "tuple_return", value: tupleReturn(s) },
    { key: "two_dim_set", value: twoDimSet(s) },
    { key: "two_pointers", value: twoPointers(s) },
    { key: "typeof_checks", value: typeofChecks(s) },
    { key: "unicode_idents", value: unicodeIdents(s) },
    { key: "url_parse", value: urlParse(s) },
    { key: "void_callbacks", value: voidCallbacks(s) },
    { key: "while_assign", value: whileAssign(s) },
  ];
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("probes", "default"))
  .flatMap((s) => all(s))
  .sink(Redis.new<Out>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
