import { describe, expect, it } from 'vitest';
import type { Lead } from '../../domain/fields/lead.ts';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { emailConfigSchema } from './config.ts';
import { decodeEmail, type EmailBody } from './email-body.ts';
import { renderEmail } from './render.ts';

const LEAD = leadOf(
  { first_name: 'Zoë', last_name: 'van Dyke', phone: '(512) 555-0142', email: 'zoe@example.com', note: 'line one\nline two', emptyField: '' },
  { phone: 'phone', email: 'email' },
);

function render(words: Record<string, unknown> = {}, lead: Lead = LEAD, installation = BARE_INSTALLATION) {
  const config = emailConfigSchema.parse({ id: 'inbox', type: 'email', from: 'Leads <leads@sender.example>', to: 'sales@buyer.example', ...words });
  return renderEmail({ config, lead, deliveryId: 'delivery-1' }, installation);
}

function email(words: Record<string, unknown> = {}, lead: Lead = LEAD): EmailBody {
  const rendered = render(words, lead);
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.mistakes));
  return decodeEmail(rendered.request.body);
}

function attached(format: 'csv' | 'json', fields: Record<string, unknown>, map: unknown = 'auto'): string {
  return Buffer.from(email({ attach: format, map }, leadOf(fields, { phone: 'phone' })).attachments?.[0]?.content ?? '', 'base64').toString('utf8');
}

describe('the sender of an email', () => {
  it('is its own, else the installation’s, else Resend’s for trying out', () => {
    const from = (words: Record<string, unknown>, installation = BARE_INSTALLATION) => {
      const rendered = render(words, LEAD, installation);
      return rendered.ok && decodeEmail(rendered.request.body).from;
    };
    const installation = { ...BARE_INSTALLATION, emailFrom: 'House <house@sender.example>' };
    expect([from({}, installation), from({ from: undefined }, installation), from({ from: undefined })]).toEqual(['Leads <leads@sender.example>', 'House <house@sender.example>', 'Leadrail <onboarding@resend.dev>']);
  });
});

describe('the addresses of an email', () => {
  it('are one or a list, may hold fields, and none stands twice', () => {
    const sent = email({ to: ['Sales <sales@buyer.example>', 'SALES@buyer.example'], cc: ['sales@buyer.example', 'boss@buyer.example'], bcc: '{branch}', replyTo: '{first_name} {last_name} <{email}>' }, leadOf({ first_name: 'Zoë', last_name: 'van Dyke', email: 'zoe@example.com', branch: ['a@buyer.example', 'b@buyer.example'] }));
    expect(sent).toMatchObject({
      from: 'Leads <leads@sender.example>',
      to: ['Sales <sales@buyer.example>'],
      cc: ['boss@buyer.example'],
      bcc: ['a@buyer.example', 'b@buyer.example'],
      reply_to: ['Zoë van Dyke <zoe@example.com>'],
      tags: [{ name: 'delivery_id', value: 'delivery-1' }],
    });
  });

  it.each([
    'x\r\nBcc: thief@evil.example',
    'thief@evil.example, other@evil.example',
    'x <thief@evil.example>',
    'no address',
  ])('come from a form and add neither a recipient nor a header: %j', (text) => {
    const sent = render({ to: ['sales@buyer.example'], cc: '{email}', replyTo: '{email} <support@buyer.example>' }, leadOf({ email: text }));
    if (!sent.ok) throw new Error('the lead goes out all the same');
    const body = decodeEmail(sent.request.body);
    const all = [...body.to, ...(body.cc ?? []), ...(body.reply_to ?? [])];
    expect(all.length - (body.reply_to?.length ?? 0)).toBeLessThanOrEqual(2);
    for (const address of all) {
      expect(address).not.toMatch(/[\r\n,;]/);
      expect([...address.matchAll(/</g)].length).toBeLessThanOrEqual(1);
    }
    expect(body.cc).toBeUndefined();
    expect(JSON.stringify(sent.notes)).toContain('cc[0]');
    expect(JSON.stringify(sent.notes)).not.toContain('evil');
  });

  it('are left out where a field gives none; without anybody there is no email', () => {
    expect(email({ cc: '{branch_email}' })).not.toHaveProperty('cc');
    expect(render({ to: '{branch_email}' })).toMatchObject({ ok: false, mistakes: [{ to: 'to' }] });
  });

  it('are at most 50', () => {
    const branch = Array.from({ length: 51 }, (_, index) => `a${index}@buyer.example`);
    expect(render({ to: '{branch}' }, leadOf({ branch }))).toMatchObject({ ok: false, mistakes: [{ to: 'to', message: expect.stringContaining('51') as string }] });
  });
});

describe('the subject', () => {
  it.each([
    [{ first_name: 'Ann', last_name: 'Lee' }, undefined, 'New lead: Ann Lee'],
    [{ first_name: 'Ann' }, undefined, 'New lead: Ann'],
    [{ FirstName: 'Ann' }, undefined, 'New lead: Ann'],
    [{ phone: '1' }, undefined, 'New lead'],
    [{ last_name: '' }, 'New lead: {first_name} {last_name}', 'New lead'],
    [{ first_name: 'Ann\r\nBcc: x@evil.example\u2028\u0000' }, 'For {first_name}!', 'For Ann Bcc: x@evil.example !'],
    [{ first_name: '<b>' }, '{first_name}', '<b>'],
    [{}, '{first_name}', 'New lead'],
  ])('of %j by %j is %j', (fields, subject, expected) => {
    expect(email(subject === undefined ? {} : { subject }, leadOf(fields)).subject).toBe(expected);
  });
});

describe('the default template', () => {
  it('lists what the lead has, with readable names, links and no images', () => {
    const { html = '', text = '' } = email();
    expect(text).toContain('First name: Zoë\nLast name: van Dyke\nPhone: 5125550142\nEmail: zoe@example.com\nNote: line one\n  line two\n');
    expect(html).toContain('>First name</span><br><strong>Zoë</strong>');
    expect(html).toContain('<a href="tel:+15125550142">5125550142</a>');
    expect(html).toContain('<a href="mailto:zoe@example.com">zoe@example.com</a>');
    expect(html).toContain('line one<br>line two');
    expect(html + text).not.toMatch(/Empty ?field/i);
    expect(html).not.toMatch(/<img|background|#[0-9a-f]{3,6}\b|https?:/i);
    expect(html).toContain('name="color-scheme" content="light dark"');
    expect(html).toContain('font-size:16px');
  });

  it('shows what the mapping says, under its names', () => {
    const { text } = email({ map: [{ to: 'Full name', template: '{first_name} {last_name}' }, { to: 'mobilePhone', from: 'phone', format: '+1{value}' }] });
    expect(text).toContain('Full name: Zoë van Dyke\nMobile phone: +15125550142\n');
    expect(text).not.toContain('zoe@example.com');
  });

  it('escapes names and values', () => {
    const { html } = email({}, leadOf({ '<i>"': `<script>alert('1')</script>&`, email: 'a"b@example.com' }));
    expect(html).toContain('&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;');
    expect(html).toContain('&lt;i&gt;&quot;');
    expect(html).not.toContain('<script');
  });

  it('says of a test lead that it is one', () => {
    expect(email({}, { ...LEAD, test: true }).text).toContain('Test lead');
  });
});

describe('templates of the configuration', () => {
  it('are used as they are, with values escaped in HTML only', () => {
    const lead = leadOf({ first_name: 'A <b> & "c"' });
    expect(email({ html: '<p title="{first_name}">{first_name}</p>', text: 'Hi {first_name}' }, lead)).toMatchObject({
      html: '<p title="A &lt;b&gt; &amp; &quot;c&quot;">A &lt;b&gt; &amp; &quot;c&quot;</p>',
      text: 'Hi A <b> & "c"',
    });
    expect(email({ text: 'Hi {first_name}' }, lead)).not.toHaveProperty('html');
    expect(render({ text: '{nothing}' }, lead)).toMatchObject({ ok: false, mistakes: [{ to: 'text' }] });
  });
});

describe('the attachment', () => {
  it('is a CSV that a spreadsheet reads and no formula gets into', () => {
    expect(attached('csv', { first_name: 'Zoë "Z", Dr.', phone: '(512) 555-0142', intl: '+44 20 7946 0958', evil: '=HYPERLINK("http://evil.example")', minus: '-5', also: '@SUM(A1)', plus: '+cmd|x' })).toBe(
      '\uFEFFfirst_name,phone,intl,evil,minus,also,plus\r\n"Zoë ""Z"", Dr.",5125550142,+44 20 7946 0958,"\'=HYPERLINK(""http://evil.example"")",-5,\'@SUM(A1),\'+cmd|x\r\n',
    );
  });

  it('is a JSON object with the mapping’s names and types', () => {
    const map = [{ to: 'name', from: 'first_name' }, { to: 'zero', value: 0 }, { to: '__proto__', value: 'x' }];
    expect(attached('json', { first_name: 'Zoë' }, map)).toBe('{\n  "name": "Zoë",\n  "zero": 0,\n  "__proto__": "x"\n}\n');
    expect(email({ attach: 'json' }).attachments).toMatchObject([{ filename: 'lead-lead-1.json', content_type: 'application/json' }]);
  });
});
