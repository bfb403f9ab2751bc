/** What whoever runs Leadrail provides for all destinations; null where nothing was set. */
export interface Installation {
  /** Where Leadrail itself is reached from outside, for providers' callbacks; without a slash at its end. */
  publicUrl: string | null;
  /** The sender of email destinations without a `from` of their own. */
  emailFrom: string | null;
  /** For email destinations without an `apiKey` of their own. */
  resendApiKey: string | null;
  /** For SMS destinations without an account of their own. */
  twilio: { accountSid: string; authToken: string } | null;
}

/** One that provides nothing. */
export const BARE_INSTALLATION: Installation = { publicUrl: null, emailFrom: null, resendApiKey: null, twilio: null };
