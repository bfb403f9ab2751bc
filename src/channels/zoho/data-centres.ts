/** Where one of Zoho's data centres is. Nothing of an account is at another than its own. */
interface DataCentre {
  accounts: string;
  api: string;
  crm: string;
}

/** Zoho: "Multi DC"; accounts server, API domain and the address that people use. */
export const DATA_CENTRES = {
  us: { accounts: 'https://accounts.zoho.com', api: 'https://www.zohoapis.com', crm: 'https://crm.zoho.com' },
  eu: { accounts: 'https://accounts.zoho.eu', api: 'https://www.zohoapis.eu', crm: 'https://crm.zoho.eu' },
  in: { accounts: 'https://accounts.zoho.in', api: 'https://www.zohoapis.in', crm: 'https://crm.zoho.in' },
  au: { accounts: 'https://accounts.zoho.com.au', api: 'https://www.zohoapis.com.au', crm: 'https://crm.zoho.com.au' },
  jp: { accounts: 'https://accounts.zoho.jp', api: 'https://www.zohoapis.jp', crm: 'https://crm.zoho.jp' },
  ca: { accounts: 'https://accounts.zohocloud.ca', api: 'https://www.zohoapis.ca', crm: 'https://crm.zohocloud.ca' },
  cn: { accounts: 'https://accounts.zoho.com.cn', api: 'https://www.zohoapis.com.cn', crm: 'https://crm.zoho.com.cn' },
  sa: { accounts: 'https://accounts.zoho.sa', api: 'https://www.zohoapis.sa', crm: 'https://crm.zoho.sa' },
  uk: { accounts: 'https://accounts.zoho.uk', api: 'https://www.zohoapis.uk', crm: 'https://crm.zoho.uk' },
} as const satisfies Record<string, DataCentre>;
