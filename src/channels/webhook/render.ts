import { applyMapping, type MappedValue } from '../../domain/mapping/apply.ts';
import { leadScope, renderTemplate, type TemplateScope } from '../../domain/mapping/template.ts';
import { charsetName, encodeText } from '../../domain/render/charset.ts';
import { renderForm } from '../../domain/render/form.ts';
import { mergeHeaders } from '../../domain/render/headers.ts';
import { renderJson } from '../../domain/render/json.ts';
import { escapeForUrl, renderQuery } from '../../domain/render/query.ts';
import { buildTree } from '../../domain/render/tree.ts';
import { renderXml } from '../../domain/render/xml.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import type { WebhookConfig } from './config.ts';

/** What is sent as a body, with its media type; null for a request that has none. */
interface Content {
  type: string;
  text: string;
}

/** Makes a webhook's request from a lead. Pure: the same bytes each time; credentials come with each attempt. */
export function renderWebhook({ config, lead, deliveryId }: RenderInput<WebhookConfig>): RenderResult {
  const extra = { 'delivery.id': deliveryId };
  const mapped = applyMapping(config.map, lead, extra, config.format);
  if (!mapped.ok) return mapped;
  const scope = leadScope(lead, extra);
  const content = contentOf(config, mapped.values, scope);
  const parameters = [...templated(config.query, scope), ...(config.format === 'query' ? mapped.values : [])];
  const contentType: [string, string][] = content === null ? [] : [['Content-Type', content.type]];
  const configured = Object.entries(config.headers).map(([name, template]): [string, string] => [name, renderTemplate(template, scope)]);
  const request = {
    method: config.method,
    url: renderQuery(renderTemplate(urlFor(config, lead.test), scope, escapeForUrl), parameters, config.charset),
    headers: mergeHeaders(contentType, configured),
    body: content === null ? null : encodeText(content.text, config.charset),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}

/** A test lead never reaches the production address of a destination that has another for it. */
function urlFor({ url, testUrl }: WebhookConfig, isTest: boolean): string {
  return isTest ? (testUrl ?? url) : url;
}

function contentOf(config: WebhookConfig, values: MappedValue[], scope: TemplateScope): Content | null {
  const { charset } = config;
  switch (config.format) {
    case 'query':
      return null;
    case 'form':
      return { type: mediaType('application/x-www-form-urlencoded', config), text: renderForm(values, charset) };
    case 'json':
      return wrapped({ type: mediaType('application/json', config), text: renderJson(buildTree(values), charset) }, config, values, scope);
    case 'xml': {
      const { root, declaration = true } = config.xml ?? {};
      const text = renderXml(buildTree(values, { markup: true }), { declaration, charset, ...(root === undefined ? {} : { root }) });
      return wrapped({ type: `application/xml; charset=${charsetName(charset)}`, text }, config, values, scope);
    }
  }
}

function wrapped(content: Content, config: WebhookConfig, values: MappedValue[], scope: TemplateScope): Content {
  const { wrap, charset } = config;
  if (wrap === undefined) return content;
  // Nothing to carry: only what stands beside it goes.
  const document = values.length === 0 ? [] : [{ to: wrap.parameter, value: content.text }];
  const text = renderForm([...document, ...templated(wrap.extra, scope)], charset);
  return { type: mediaType('application/x-www-form-urlencoded', config), text };
}

/** JSON and forms are UTF-8 by themselves, and some receivers compare their media type letter by letter. */
function mediaType(essence: string, { charset }: WebhookConfig): string {
  return charset === 'utf-8' ? essence : `${essence}; charset=${charsetName(charset)}`;
}

/** Parameters from templates: one that resolves to nothing is left out, one written as `""` is sent. */
function templated(templates: Record<string, string>, scope: TemplateScope): MappedValue[] {
  return Object.entries(templates).flatMap(([to, template]) => {
    const value = renderTemplate(template, scope);
    return value === '' && template !== '' ? [] : [{ to, value }];
  });
}
