import type * as Graph from "@microsoft/microsoft-graph-types";

/**
 * The shapes of the area's answers, by Microsoft's own types. `@microsoft/microsoft-graph-types` 2.43.1 is older than the
 * metadata of the service; each `Added…` below is what it lacks, and the only place where it is said. Types only: nothing
 * of the package is loaded.
 */

/** A type as Microsoft writes it, all through read-only; what is stored may have undefined for "not given". */
type Deep<T> = T extends readonly (infer E)[]
  ? readonly Deep<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> | (undefined extends T[K] ? undefined : never) }
    : T;

/** Settings that version 1.0 of the service has and the package has not. */
interface AddedCrossTenantSettings {
  appServiceConnectInbound?: {
    applications?: Graph.CrossTenantAccessPolicyTargetConfiguration | null;
  } | null;
  m365CollaborationInbound?: {
    users?: Graph.CrossTenantAccessPolicyTargetConfiguration | null;
  } | null;
  m365CollaborationOutbound?: {
    usersAndGroups?: Graph.CrossTenantAccessPolicyTargetConfiguration | null;
  } | null;
}

/** The level is a set of flags, comma-separated; the package knows single ones only. */
type Leveled<T extends { templateApplicationLevel?: unknown }> = Omit<
  T,
  "templateApplicationLevel"
> & { templateApplicationLevel?: string };

export type OrganizationShape = Deep<Graph.MultiTenantOrganization>;
export type MemberShape = Deep<Graph.MultiTenantOrganizationMember>;
export type MemberTransitionShape = Deep<Graph.MultiTenantOrganizationMemberTransitionDetails>;
export type JoinRequestShape = Deep<Graph.MultiTenantOrganizationJoinRequestRecord>;
export type PolicyShape = Deep<Graph.CrossTenantAccessPolicy>;
export type PartnerShape = Deep<
  Graph.CrossTenantAccessPolicyConfigurationPartner & AddedCrossTenantSettings
>;
export type DefaultShape = Deep<
  Graph.CrossTenantAccessPolicyConfigurationDefault & AddedCrossTenantSettings
>;
export type IdentitySynchronizationShape = Deep<Graph.CrossTenantIdentitySyncPolicyPartner>;
export type SynchronizationTemplateShape = Deep<
  Leveled<Graph.MultiTenantOrganizationIdentitySyncPolicyTemplate>
>;
export type PartnerTemplateShape = Deep<
  Leveled<Graph.MultiTenantOrganizationPartnerConfigurationTemplate>
>;

export type ApplicationShape = Deep<Graph.Application>;
export type ServicePrincipalShape = Deep<Graph.ServicePrincipal>;
export type AppRoleShape = Deep<Graph.AppRole>;
export type ScopeShape = Deep<Graph.PermissionScope>;
export type AssignmentShape = Deep<Graph.AppRoleAssignment>;

export type JobShape = Deep<Graph.SynchronizationJob>;
export type StatusShape = Deep<Graph.SynchronizationStatus>;
export type ExecutionShape = Deep<Graph.SynchronizationTaskExecution>;
export type QuarantineShape = Deep<Graph.SynchronizationQuarantine>;
export type ProgressShape = Deep<Graph.SynchronizationProgress>;
export type DirectoryShape = Deep<Graph.DirectoryDefinition>;
export type FunctionShape = Deep<Graph.AttributeMappingFunctionSchema>;
export type OperatorShape = Deep<Graph.FilterOperatorSchema>;
export type MappingSourceShape = Deep<Graph.AttributeMappingSource>;
export type ParsedShape = Deep<Graph.ParseExpressionResponse>;
export type ProvisioningRowShape = Deep<Graph.ProvisioningObjectSummary>;
export type ProvisioningStatusShape = Deep<Graph.ProvisioningStatusInfo>;
