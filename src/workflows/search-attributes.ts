import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Columns of the Temporal UI's list. SQLite allows few, and each write costs: nothing personal, written seldom. */
export const leadSourceAttribute = defineSearchAttributeKey('LeadSource', SearchAttributeType.KEYWORD);
export const leadStatusAttribute = defineSearchAttributeKey('LeadStatus', SearchAttributeType.KEYWORD);
export const leadRouteAttribute = defineSearchAttributeKey('LeadRoute', SearchAttributeType.KEYWORD);
export const buyerIdAttribute = defineSearchAttributeKey('BuyerId', SearchAttributeType.KEYWORD_LIST);
