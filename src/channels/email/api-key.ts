import type { Installation } from '../installation.ts';
import type { EmailConfig } from './config.ts';

/** The key that a destination sends with: its own, else the installation's; null when there is none. */
export function apiKeyOf({ apiKey }: Pick<EmailConfig, 'apiKey'>, { resendApiKey }: Pick<Installation, 'resendApiKey'>): string | null {
  return apiKey ?? resendApiKey;
}
