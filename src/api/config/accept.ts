import { JSON_TYPE, YAML_TYPES } from '../http/media-types.ts';

/** True when an Accept header wants YAML more than JSON. JSON is the default, also for everything that is neither. */
export function prefersYaml(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [type, ...parameters] = range.trim().toLowerCase().split(';');
    const quality = parameters.map((parameter) => /^\s*q=([\d.]+)/.exec(parameter)?.[1]).find((q) => q !== undefined);
    return { type: type?.trim() ?? '', quality: Number(quality ?? '1') };
  });
  const best = (matches: (type: string) => boolean) => Math.max(0, ...ranges.filter(({ type }) => matches(type)).map(({ quality }) => quality));
  const yaml = best((type) => YAML_TYPES.includes(type));
  return yaml > 0 && yaml > best((type) => type === JSON_TYPE);
}
