import type { Installation } from '../channels/installation.ts';
import type { Settings } from '../settings/settings.ts';

/** What the settings provide for all destinations. */
export function installationOf({ publicUrl, resendApiKey, twilio }: Pick<Settings, 'publicUrl' | 'resendApiKey' | 'twilio'>): Installation {
  return { publicUrl, resendApiKey, twilio };
}
