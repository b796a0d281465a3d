// The record types of a job as JSON (job.proto's Type), from AssemblyScript's static types.
//
// number = FLOAT64, bigint = INT64, boolean = BOOL, string = UTF8, Array = list, a record class says its own. Runs in main.

/** job.proto's Type of T. */
export function typeOf<T>(): string {
  if (isNullable<T>()) {
    const inner = typeOf<NonNullable<T>>();
    return '{"nullable":true,' + inner.substring(1);
  }
  if (isString<T>()) return scalar("UTF8");
  if (isArray<T>()) return '{"list":{"item":' + typeOf<valueof<T>>() + "}}";
  if (isReference<T>()) return changetype<T>(0).__type();
  return scalar(numberType<T>());
}

function scalar(name: string): string {
  return '{"scalar":"' + name + '"}';
}

function numberType<T>(): string {
  if (isBoolean<T>()) return "BOOL";
  if (isFloat<T>()) return sizeof<T>() == 8 ? "FLOAT64" : "FLOAT32";
  const name = isSigned<T>() ? "INT" : "UINT";
  if (sizeof<T>() == 1) return name + "8";
  if (sizeof<T>() == 2) return name + "16";
  if (sizeof<T>() == 4) return name + "32";
  return name + "64";
}

/** Whether a batch of T has the fields of T as columns (docs/abi.md 6.2), not one column `value`. */
// @ts-ignore: decorator
@inline
export function isRecord<T>(): bool {
  return isReference<T>() && !isNullable<T>() && !isString<T>() && !isArray<T>();
}

/** Whether T is a box around a number, boolean or bigint (`Some`): its column is the value's. */
// @ts-ignore: decorator
@inline
export function isBox<T>(): bool {
  return isDefined(changetype<NonNullable<T>>(0).__isBox);
}
