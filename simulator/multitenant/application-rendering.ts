import { iso } from "../core/iso.ts";
import type {
  ApplicationShape,
  AppRoleShape,
  AssignmentShape,
  ScopeShape,
  ServicePrincipalShape,
} from "./graph-shapes.ts";
import type { Assignment, Configuration } from "./synchronization-state.ts";

/** The gallery application for cross-tenant synchronization (Entra configure-graph, step 6). */
export const GALLERY_TEMPLATE_ID = "518e5f48-1fc8-4c48-9387-9fdf28b0dfe7";

const HOMEPAGE =
  "https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=aad2aadsync|ISV9.1|primary|z";

const NO_URLS = {
  logoUrl: null,
  marketingUrl: null,
  privacyStatementUrl: null,
  supportUrl: null,
  termsOfServiceUrl: null,
};

const NO_PUBLISHER = { displayName: null, verifiedPublisherId: null, addedDateTime: null };

function appRolesOf({ appRoleId }: Configuration): AppRoleShape[] {
  return [
    {
      allowedMemberTypes: ["User"],
      displayName: "msiam_access",
      id: appRoleId,
      isEnabled: true,
      description: "msiam_access",
      value: null,
      origin: "Application",
    },
  ];
}

function scopesOf({ scopeId, displayName }: Configuration): ScopeShape[] {
  return [
    {
      adminConsentDescription: `Allow the application to access ${displayName} on behalf of the signed-in user.`,
      adminConsentDisplayName: `Access ${displayName}`,
      id: scopeId,
      isEnabled: true,
      type: "User",
      userConsentDescription: `Allow the application to access ${displayName} on your behalf.`,
      userConsentDisplayName: `Access ${displayName}`,
      value: "user_impersonation",
    },
  ];
}

/** `application` of a configuration. */
export function renderApplication(configuration: Configuration): ApplicationShape {
  return {
    id: configuration.applicationId,
    deletedDateTime: null,
    appId: configuration.appId,
    applicationTemplateId: GALLERY_TEMPLATE_ID,
    createdDateTime: iso(configuration.createdAt),
    displayName: configuration.displayName,
    description: null,
    groupMembershipClaims: null,
    identifierUris: [],
    isFallbackPublicClient: false,
    serviceManagementReference: configuration.serviceManagementReference,
    signInAudience: "AzureADMyOrg",
    tags: [],
    tokenEncryptionKeyId: null,
    defaultRedirectUri: null,
    optionalClaims: null,
    addIns: [],
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: scopesOf(configuration),
      preAuthorizedApplications: [],
    },
    appRoles: appRolesOf(configuration),
    info: NO_URLS,
    keyCredentials: [],
    parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
    passwordCredentials: [],
    publicClient: { redirectUris: [] },
    requiredResourceAccess: [],
    verifiedPublisher: NO_PUBLISHER,
    web: { homePageUrl: HOMEPAGE, redirectUris: [], logoutUrl: null },
  };
}

/** `servicePrincipal` of a configuration. */
export function renderServicePrincipal(configuration: Configuration): ServicePrincipalShape {
  return {
    id: configuration.servicePrincipalId,
    deletedDateTime: null,
    accountEnabled: true,
    appId: configuration.appId,
    applicationTemplateId: GALLERY_TEMPLATE_ID,
    appDisplayName: configuration.displayName,
    alternativeNames: [],
    appOwnerOrganizationId: configuration.tenantId,
    displayName: configuration.displayName,
    appRoleAssignmentRequired: true,
    loginUrl: null,
    logoutUrl: null,
    homepage: HOMEPAGE,
    notificationEmailAddresses: [],
    preferredSingleSignOnMode: null,
    preferredTokenSigningKeyThumbprint: null,
    replyUrls: [],
    servicePrincipalNames: [configuration.appId],
    servicePrincipalType: "Application",
    tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
    tokenEncryptionKeyId: null,
    samlSingleSignOnSettings: null,
    addIns: [],
    appRoles: appRolesOf(configuration),
    info: NO_URLS,
    keyCredentials: [],
    oauth2PermissionScopes: scopesOf(configuration),
    passwordCredentials: [],
    verifiedPublisher: NO_PUBLISHER,
  };
}

/** `appRoleAssignment`. */
export function renderAssignment(
  assignment: Assignment,
  configuration: Configuration,
): AssignmentShape {
  return {
    id: assignment.id,
    deletedDateTime: null,
    appRoleId: assignment.appRoleId,
    createdDateTime: iso(assignment.createdAt),
    principalDisplayName: assignment.principalDisplayName,
    principalId: assignment.principalId,
    principalType: assignment.principalType,
    resourceDisplayName: configuration.displayName,
    resourceId: configuration.servicePrincipalId,
  };
}
