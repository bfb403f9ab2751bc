/**
 * Turns plain data into what the condition library can hold: objects become Maps, because an object with a key
 * such as `constructor` would pass for another type there. Maps are taken to be ready.
 */
export function toConditionValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      if (value === null || value instanceof Map) return value;
      if (Array.isArray(value)) return value.map(toConditionValue);
      return new Map(Object.entries(value).map(([key, entry]) => [key, toConditionValue(entry)]));
    case 'undefined':
    case 'function':
    case 'symbol':
      return null;
  }
}
