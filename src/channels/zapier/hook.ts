import { maskText } from '../../domain/masking/mask.ts';
import type { ZapierConfig } from './config.ts';

type Place = Pick<ZapierConfig, 'url' | 'baseUrl'>;

/** Where a catch hook is. Its path is what only those know who may use it. */
export interface Hook {
  /** The whole address, as it is sent to. */
  address: string;
  /** The same for a person: the path masked character by character. */
  shown: string;
  /** What no evidence may hold, however an answer quotes it. */
  secrets: string[];
  /** Whose limits it counts for: the account, which the path begins with, or the hook itself in addresses of the old form. */
  account: string;
}

/** Reads a destination's hook; its URL has been resolved, and read by the schema. */
export function hookOf({ url, baseUrl }: Place): Hook {
  const { origin, pathname, search } = new URL(url);
  const base = baseUrl ?? origin;
  const path = pathname + search;
  const [, account] = /^\/hooks\/catch\/(\d+)\/[^/]+/.exec(pathname) ?? [];
  const bare = pathname.replace(/^\/hooks\/catch\//, '').replace(/^\/+|\/+$/g, '');
  return {
    address: base + path,
    shown: base + pathname.replace(/[^/]+/g, maskText),
    secrets: [url, base + path, path, bare].filter((text) => text.length > 1),
    account: account ?? pathname,
  };
}
