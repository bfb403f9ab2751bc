import type { Installation } from '../channels/installation.ts';
import type { Settings } from '../settings/settings.ts';

/** What the settings provide for all destinations. */
export function installationOf({ publicUrl, emailFrom, resendApiKey, twilio }: Pick<Settings, 'publicUrl' | 'emailFrom' | 'resendApiKey' | 'twilio'>): Installation {
  return { publicUrl, emailFrom, resendApiKey, twilio };
}
