/**
 * Microsoft Graph's own permissions as its service principal offers them: the ones that the described part of Graph (the permissions
 * slice) or a route of the sandbox asks for. Names and ids are Microsoft's and the same in every tenant; they are published in
 * microsoftgraph/microsoft-graph-devx-content, permissions/permissions-descriptions.json and permissions/new/provisioningInfo.json,
 * read at 6cbd6bbd665a877560fdefbad74f3bdb5b57af88 (2026-08-07). The texts are ours.
 */
import type { Props } from '../state/types.js';

/** appId of Microsoft Graph, the same everywhere. */
export const graphAppId = '00000003-0000-0000-c000-000000000000';

/** Name, id of the app role (application permission), id of the scope (delegated permission), who may consent to the scope. */
const table = `
  AdministrativeUnit.Read.All                   134fd756-38ce-4afd-ba33-e9623dbe66c2 3361d15d-be43-4de6-b441-3c746d05163d admin
  AdministrativeUnit.ReadWrite.All              5eb59dd3-1da2-4329-8733-9dabdc435916 7b8a2d34-6b3f-4542-a343-54651608ad81 admin
  AgentIdUser.ReadWrite.All                     d0ca41aa-9212-8ec6-8bee-d30600b82eda c3da4fc2-a3f7-fb10-b270-15dd66d000b6 admin
  AgentIdUser.ReadWrite.IdentityParentedBy      b289933a-7ef7-c0d0-dedf-17468cb8aaf4 a1943f6a-e709-4b6c-baf0-25f7912a03bf admin
  AppRoleAssignment.ReadWrite.All               06b708a9-e830-4db3-a914-8e69da51d44f 84bccea3-f856-4a8a-967b-dbe0a3d53a64 admin
  Application.Read.All                          9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30 c79f8feb-a9db-4090-85f9-90d820caa0eb admin
  Application.ReadWrite.All                     1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9 bdfbf15f-ee85-4955-8675-146e8e5296b5 admin
  Application.ReadWrite.OwnedBy                 18a4783c-866b-4cc7-a460-3d5e5662c884 -
  AuditLog.Read.All                             b0afded3-3588-46d8-8b3d-9842eff778da e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20 admin
  AuthenticationContext.Read.All                381f742f-e1f8-4309-b4ab-e3d91ae4c5c1 57b030f1-8c35-469c-b0d9-e4a077debe70 admin
  AuthenticationContext.ReadWrite.All           a88eef72-fed0-4bf7-a2a9-f19df33f8b83 ba6d575a-1344-4516-b777-1404f5593057 admin
  CustomSecAttributeAssignment.Read.All         3b37c5a4-1226-493d-bec3-5d6c6b866f3f b46ffa80-fe3d-4822-9a1a-c200932d54d0 admin
  CustomSecAttributeAssignment.ReadWrite.All    de89b5e4-5b8f-48eb-8925-29c2b33bd8bd ca46335e-8453-47cd-a001-8459884efeae admin
  CustomSecAttributeDefinition.Read.All         b185aa14-d8d2-42c1-a685-0f5596613624 ce026878-a0ff-4745-a728-d4fedd086c07 admin
  CustomSecAttributeDefinition.ReadWrite.All    12338004-21f4-4896-bf5e-b75dfaf1016d 8b0160d4-5743-482b-bb27-efc0a485ca4a admin
  DelegatedPermissionGrant.ReadWrite.All        8e8e4742-1d95-4f68-9d56-6ee75648c72a 41ce6ca6-6826-4807-84f1-1c82854f7ee5 admin
  Device.Read.All                               7438b122-aefc-4978-80ed-43db9fcc7715 951183d1-1a61-466f-a6d1-1fde911bfd95 admin
  Device.ReadWrite.All                          1138cb37-bd11-4084-a2b7-9f71582aeddb -
  DeviceManagementApps.Read.All                 7a6ee1e7-141e-4cec-ae74-d9db155731ff 4edf5f54-4666-44af-9de9-0144fb4b6e8c admin
  DeviceManagementApps.ReadWrite.All            78145de6-330d-4800-a6ce-494ff2d33d07 7b3f05d5-f68c-4b8d-8c59-a2ecd12f24af admin
  DeviceManagementConfiguration.Read.All        dc377aa6-52d8-4e23-b271-2a7ae04cedf3 f1493658-876a-4c87-8fa7-edb559b3476a admin
  DeviceManagementConfiguration.ReadWrite.All   9241abd9-d0e6-425a-bd4f-47ba86e767a4 0883f392-0a7a-443d-8c76-16a6d39c7b63 admin
  DeviceManagementManagedDevices.Read.All       2f51be20-0bb4-4fed-bf7b-db946066c75e 314874da-47d6-4978-88dc-cf0d37f0bb82 admin
  DeviceManagementManagedDevices.ReadWrite.All  243333ab-4d21-40cb-a475-36241daa0842 44642bfe-8385-4adc-8fc6-fe3cb2c375c3 admin
  DeviceManagementServiceConfig.Read.All        06a5fe6d-c49d-46a7-b082-56b1b14103c7 8696daa5-bce5-4b2e-83f9-51b6defc4e1e admin
  DeviceManagementServiceConfig.ReadWrite.All   5ac13192-7ace-4fcf-b828-1a26f28068ee 662ed50a-ac44-4eef-ad86-62eed9be2a29 admin
  Directory.AccessAsUser.All                    -                                    0e263e50-5827-48a4-b97c-d940288653c7 admin
  Directory.Read.All                            7ab1d382-f21e-4acd-a863-ba3e13f7da61 06da0dbc-49e2-44d2-8312-53f166ab848a admin
  Directory.ReadWrite.All                       19dbc75e-c2e2-444c-a770-ec69d8559fc7 c5366453-9fb0-48a5-a156-24f0c49a4b84 admin
  Domain.Read.All                               dbb9058a-0e50-45d7-ae91-66909b5d4664 2f9ee017-59c1-4f1d-9472-bd5529a7b311 admin
  Domain.ReadWrite.All                          7e05723c-0bb0-42da-be95-ae9f08a6e53c 0b5d694c-a244-4bde-86e6-eb5cd07730fe admin
  EntraBackup.Read.All                          c16f30f0-3121-4976-bafe-66cb042f4f80 e3dbb094-f3f9-4625-bf6a-32e96856f34c admin
  EntraBackup.ReadWrite.Preview                 -                                    1266f280-49c3-4d32-91a5-bf4db4fbff48 admin
  EntraBackup.ReadWrite.Recovery                -                                    6daf3aaf-bb77-4397-9dd6-e6d8b75727c2 admin
  Group-NestingSupport.ReadWrite.All            b4c7d8e9-f2a5-4b6c-9d8e-1f2a3b4c5d6e e7f8a3b2-9c1d-4e5f-8a7b-2c3d4e5f6a7b admin
  Group-PreferredDataLocation.ReadWrite.All     603ce4e3-fb05-4b63-91ba-729bb1dca667 7ba6c25f-c181-4bfd-80b1-3ac184ac5629 admin
  Group-XTenantIdentitySync.Read.All            35b96aac-d839-4362-abd4-7381f2b27ccd f7c0661b-4247-48ac-a371-05ff047614c6 admin
  Group.Create                                  bf7b1a76-6e77-406b-b258-bf5c7720e98f -
  Group.ManageProtection.All                    60f8cea0-2476-45c9-ab18-70e79e60ad14 36263ed6-285e-4f84-b25a-62ec2ba17d29 admin
  Group.Read.All                                5b567255-7703-4780-807c-7be8301ae99b 5f8c59db-677d-491f-a6b8-5f174b11ec1d admin
  Group.ReadBasic.All                           07d67222-3a10-4d3b-9ddc-b8aa43198a00 ba1917bc-a64b-4c71-b66d-229d4a520e66 admin
  Group.ReadWrite.All                           62a82d76-70ea-41e2-9197-370581804d09 4e46008b-f24c-477d-8fff-7bb4ec7aafe0 admin
  GroupMember.Read.All                          98830695-27a2-44f7-8c18-0c3ebc9698f6 bc024368-1153-4739-b217-4326f2e966d0 admin
  GroupMember.ReadBasic.All                     8222c640-cae5-4860-8d11-b32cfad95e03 28539367-358c-4ed9-b7f0-793eccb8fd34 admin
  GroupMember.ReadWrite.All                     dbaae8cf-10b5-4b86-a4a1-f871c94c6695 f81125ac-d3b7-4573-a3b2-7099cc39df9e admin
  GroupSettings.Read.All                        f3c4f514-c65a-43f5-bfce-1735872258dd 2eb2bc92-94ef-4c6b-b4ab-2a09bc975e0e admin
  GroupSettings.ReadWrite.All                   546168c3-1183-4281-9491-fafb24dea37e c1691a6d-99e2-4cfa-b4b5-9e4d67dc0f36 admin
  LicenseAssignment.Read.All                    e2f98668-2877-4f38-a2f4-8202e0717aa1 f395577a-0960-456b-979f-7228de0c5996 user
  LicenseAssignment.ReadWrite.All               5facf0c1-8979-4e95-abcf-ff3d079771c0 f55016cc-149c-447e-8f21-7cf3ec1d6350 user
  Mail.Read                                     810c84a8-4a9e-49e6-bf7d-12d183f40d01 570282fd-fa5c-430d-a7fd-fc8dc98a9dca user
  Member.Read.Hidden                            658aa5d8-239f-45c4-aa12-864f4fc7e490 f6a3db3e-f7e8-4ed2-a414-557c8c9830be admin
  OrgContact.Read.All                           e1a88a34-94c4-4418-be12-c87b00e26bea 08432d1b-5911-483c-86df-7980af5cdee0 admin
  Organization.Read.All                         498476ce-e0fe-48b0-b801-37ba7e2685c6 4908d5b9-3fb2-4b1e-9336-1888b7937185 admin
  Organization.ReadWrite.All                    292d869f-3427-49a8-9dab-8c70152b74e9 46ca0847-7e6b-426e-9775-ea810a948356 admin
  Policy.Read.All                               246dd0d5-5bd0-4def-940b-0421030a5b68 572fea84-0151-49b2-9301-11cb16974376 admin
  Policy.Read.AuthenticationMethod              8e3bc81b-d2f3-4b7b-838c-32c88218d2f0 a6ff13ac-1851-4993-8ca9-a671d70de2d5 admin
  Policy.Read.ConditionalAccess                 37730810-e9ba-4e46-b07e-8ca78d182097 633e0fce-8c58-4cfb-9495-12bbd5a24f7c user
  Policy.Read.DeviceConfiguration               bdba4817-6ba1-4a7c-8a01-be9bc7c242dd 3616a4b0-6746-49c4-a678-4c237599074d admin
  Policy.Read.PermissionGrant                   9e640839-a198-48fb-8b9a-013fd6f6cbcd 414de6ea-2d92-462f-b120-6e2a809a6d01 admin
  Policy.ReadWrite.ApplicationConfiguration     be74164b-cff1-491c-8741-e671cb536e13 b27add92-efb2-4f16-84f5-8108ba77985c admin
  Policy.ReadWrite.AuthenticationFlows          25f85f3c-f66c-4205-8cd5-de92dd7f0cec edb72de9-4252-4d03-a925-451deef99db7 admin
  Policy.ReadWrite.AuthenticationMethod         29c18626-4985-4dcd-85c0-193eef327366 7e823077-d88e-468f-a337-e18f1f0e6c7c admin
  Policy.ReadWrite.Authorization                fb221be6-99f2-473f-bd32-01c6a0e9ca3b edd3c878-b384-41fd-95ad-e7407dd775be admin
  Policy.ReadWrite.ConditionalAccess            01c0a623-fc9b-48e9-b794-0756f8e8f067 ad902697-1014-4ef5-81ef-2b4301988e8c admin
  Policy.ReadWrite.ConsentRequest               999f8c63-0a38-4f1b-91fd-ed1947bdd1a9 4d135e65-66b8-41a8-9f8b-081452c91774 admin
  Policy.ReadWrite.CrossTenantAccess            338163d7-f101-4c92-94ba-ca46fe52447c 014b43d0-6ed4-4fc6-84dc-4b6f7bae7d85 admin
  Policy.ReadWrite.DeviceConfiguration          230fb2d5-aa21-49c1-bfa7-ae1be179d867 40b534c3-9552-4550-901b-23879c90bcf9 admin
  Policy.ReadWrite.PermissionGrant              a402ca1c-2696-4531-972d-6e5ee4aa11ea 2672f8bb-fd5e-42e0-85e1-ec764dd2614e admin
  Policy.ReadWrite.SecurityDefaults             1c6e93a6-28e2-4cbb-9f64-1a46a821124d 0b2a744c-2abf-4f1e-ad7e-17a087e2be99 admin
  ProfilePhoto.Read.All                         e24d31aa-e1ab-4c80-85fe-23018690335d 469cd065-729e-4dee-b1fa-d92e0fab6310 admin
  ProfilePhoto.ReadWrite.All                    27baa7f6-5dfb-4ba8-b1d3-1e812c143013 f5b24df7-511e-48bb-ae88-643f023b55e1 admin
  ProvisioningLog.Read.All                      091937d3-3e38-47a1-8649-b2f99d3035f1 95aec97b-cf27-4a8d-a67d-42f60b5b38ef admin
  RoleAssignmentSchedule.Read.Directory         d5fe8ce8-684c-4c83-a52c-46e882ce4be1 344a729c-0285-42c6-9014-f12b9b8d6129 admin
  RoleAssignmentSchedule.ReadWrite.Directory    dd199f4a-f148-40a4-a2ec-f0069cc799ec 8c026be3-8e26-4774-9372-8d5d6f21daff admin
  RoleAssignmentSchedule.Remove.Directory       d3495511-98b7-4df3-b317-4e35c19f6129 f71cd05c-3fdb-4568-aef2-e1cf62ee20d4 admin
  RoleEligibilitySchedule.Read.Directory        ff278e11-4a33-4d0c-83d2-d01dc58929a5 eb0788c2-6d4e-4658-8c9e-c0fb8053f03d admin
  RoleEligibilitySchedule.ReadWrite.Directory   fee28b28-e1f3-4841-818e-2704dc62245f 62ade113-f8e0-4bf9-a6ba-5acb31db32fd admin
  RoleEligibilitySchedule.Remove.Directory      79c7e69c-0d9f-4eff-97a8-49170a5a08ba 58ac4fa2-b484-4d6e-ba97-beee2a574220 admin
  RoleManagement.Read.All                       c7fbd983-d9aa-4fa7-84b8-17382c103bc4 48fec646-b2ba-4019-8681-8eb31435aded admin
  RoleManagement.Read.Directory                 483bed4a-2ad3-4361-a73b-c83ccdbdc53c 741c54c3-0c1e-44a1-818b-3f97ab4e8c83 admin
  RoleManagement.ReadWrite.Directory            9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8 d01b97e9-cbc0-49fe-810a-750afd5527a3 admin
  RoleManagementPolicy.Read.Directory           fdc4c997-9942-4479-bfcb-75a36d1138df 3de2cdbe-0ff5-47d5-bdee-7f45b4749ead admin
  RoleManagementPolicy.ReadWrite.Directory      31e08e0a-d3f7-4ca2-ac39-7343fb83e8ad 1ff1be21-34eb-448c-9ac9-ce1f506b2a68 admin
  SecurityEvents.Read.All                       bf394140-e372-4bf9-a898-299cfc7564e5 64733abd-851e-478a-bffb-e47a14b18235 admin
  SecurityEvents.ReadWrite.All                  d903a879-88e0-4c09-b0c9-82f6a1333f84 6aedf524-7e1c-45a7-bd76-ded8cab8d0fc admin
  User-LifeCycleInfo.Read.All                   8556a004-db57-4d7a-8b82-97a13428e96f ed8d2a04-0374-41f1-aefe-da8ac87ccc87 admin
  User-LifeCycleInfo.ReadWrite.All              925f1248-0f97-47b9-8ec8-538c54e01325 7ee7473e-bd4b-4c9f-987c-bd58481f5fa2 admin
  User-Mail.ReadWrite.All                       280d0935-0796-47d1-8d26-273470a3f17a 6166886a-9576-433b-8544-658177bdef1d admin
  User-OnPremisesSyncBehavior.ReadWrite.All     a94a502d-0281-4d15-8cd2-682ac9362c4c 7ff9afdd-0cdb-439d-a61c-fea3e9339e89 admin
  User-PasswordProfile.ReadWrite.All            cc117bb9-00cf-4eb8-b580-ea2a878fe8f7 56760768-b641-451f-8906-e1b8ab31bca7 admin
  User-Phone.ReadWrite.All                      86ceff06-c822-49ff-989a-d912845ffe69 e29d5979-5b06-4a7f-ae24-6a9348d2e1ff admin
  User.DeleteRestore.All                        eccc023d-eccf-4e7b-9683-8813ab36cecc 4bb440cd-2cf2-4f90-8004-aa2acd2537c5 admin
  User.EnableDisableAccount.All                 3011c876-62b7-4ada-afa2-506cbbecc68c f92e74e7-2563-467f-9dd0-902688cb5863 admin
  User.Invite.All                               09850681-111b-4a89-9bed-3f2cae46d706 63dd7cd9-b489-4adf-a28c-ac38b9a0f962 admin
  User.ManageIdentities.All                     c529cfca-c91b-489c-af2b-d92990b66ce6 637d7bec-b31e-4deb-acc9-24275642a2c9 admin
  User.Read                                     -                                    e1fe6dd8-ba31-4d61-89e7-88639da4683d user
  User.Read.All                                 df021288-bdef-4463-88db-98f22de89214 a154be20-db9c-4678-8ab7-66f6cc099a59 admin
  User.ReadBasic.All                            97235f07-e226-4f63-ace3-39588e11d3a1 b340eb25-3456-403f-be2f-af7a0d370277 user
  User.ReadWrite                                -                                    b4e74841-8e56-480b-be8b-910348b18b4c user
  User.ReadWrite.All                            741f803b-c850-494e-b5df-cde7c675a1ca 204e0828-b5ca-4ad8-b9f3-f32a958e7cc4 admin
  User.ReadWrite.CrossCloud                     5652f862-b626-407b-a3e6-248aeb95763c -
  User.RevokeSessions.All                       77f3a031-c388-4f99-b373-dc68676a979e fc30e98b-8810-4501-81f5-c20a3196387b admin
  UserAuthMethod-Email.Read                     -                                    12b23cea-90c1-4873-9094-f45c5f290f86 admin
  UserAuthMethod-Email.Read.All                 a1e58be0-1095-422b-b067-73434bd7d40f 76caaf3a-ebdb-40a3-9299-4196e636f290 admin
  UserAuthMethod-Email.ReadWrite                -                                    696aa421-62dc-4c99-be16-015b23444089 admin
  UserAuthMethod-Email.ReadWrite.All            e8ecb853-1435-4a49-95ba-ec5b31b11672 074f680f-c89e-45be-880e-5d0642860a1c admin
  UserAuthMethod-External.Read                  -                                    d1739827-146b-4f7f-b52c-1c509253aa57 admin
  UserAuthMethod-External.Read.All              d2c4289f-9f95-40da-ad43-eeb1506f0db7 cbca9646-4c34-4cea-8e54-9a7088018820 admin
  UserAuthMethod-External.ReadWrite             -                                    28c2e8f9-828a-4691-a090-f2f0b7fc07b3 admin
  UserAuthMethod-External.ReadWrite.All         c7a22c2e-5b01-4129-8159-6c8be2c78f16 9d91805d-0f53-43e3-a0f3-303ad4f3056f admin
  UserAuthMethod-MicrosoftAuthApp.Read          -                                    f14a567b-3280-4124-95a0-eca86006967e admin
  UserAuthMethod-MicrosoftAuthApp.Read.All      a9c5f16e-e5ca-4e33-89ad-903fcfc01c23 7b627679-e2fd-4bfd-990e-989e2914d4e6 admin
  UserAuthMethod-MicrosoftAuthApp.ReadWrite     -                                    9f7dfa0c-eb40-42be-8d45-8af4a9219c6f admin
  UserAuthMethod-MicrosoftAuthApp.ReadWrite.All c833c349-a1ab-4b6d-94a2-fa9a8674420c 1b7322b2-5cb3-4f13-928f-d7ca97c5fba9 admin
  UserAuthMethod-Passkey.Read                   -                                    828fcbda-0d26-431d-8bfb-83f217224621 admin
  UserAuthMethod-Passkey.Read.All               72e00c1d-3e3d-43bb-a0b9-c435611bb1d2 14195339-1fe4-48a7-a0d3-a39eb9fd8958 admin
  UserAuthMethod-Passkey.ReadWrite              -                                    b2de7db9-10f7-4800-b04c-b5b91e4891d6 admin
  UserAuthMethod-Passkey.ReadWrite.All          0400e371-7db1-4338-a269-96069eb65227 64930478-d0ea-4671-ad72-fe0d9821df09 admin
  UserAuthMethod-Password.Read                  -                                    7f0f82c3-de19-4ddc-810d-a2206d7637fd admin
  UserAuthMethod-Password.Read.All              8d2c17ff-b93d-40d5-9def-d843680509cb 4f69a4e2-2aa0-43a7-ad6b-98b4cda1f23f admin
  UserAuthMethod-Password.ReadWrite             -                                    60cce20d-d41e-4594-b391-84bbf8cc31f3 admin
  UserAuthMethod-Password.ReadWrite.All         f6d38dfd-ec08-4995-8f07-23e929df0936 7f5b683d-df96-4690-a88d-6e336ed6dc7c admin
  UserAuthMethod-Phone.Read                     -                                    43dab3b9-e8b4-424d-8e13-6a2ad2a625fa admin
  UserAuthMethod-Phone.Read.All                 f529a223-ea70-43ec-b268-5012de2fbaa2 20cf4ae1-09b9-4d29-a6f8-43e1820ce60c admin
  UserAuthMethod-Phone.ReadWrite                -                                    6c4aad61-f76b-46ad-a22c-57d4d3d962af admin
  UserAuthMethod-Phone.ReadWrite.All            6e85d483-7092-4375-babe-0a94a8213a58 48c99302-9a24-4f27-a8a7-acef4debba14 admin
  UserAuthMethod-PlatformCred.Read              -                                    9c694582-e8f2-40e2-8353-fb43e2e0f12a admin
  UserAuthMethod-PlatformCred.Read.All          07c0b1e4-15bd-442f-834b-30f8291388d1 5936156c-f89b-4850-997d-026c4e6ce529 admin
  UserAuthMethod-PlatformCred.ReadWrite         -                                    70327f81-b953-43c9-92d3-131c74e4beb8 admin
  UserAuthMethod-PlatformCred.ReadWrite.All     1a87acf4-a9ca-4576-a974-452ea265d5f6 cb11bf8c-dde1-4504-b6a5-31e1562b0749 admin
  UserAuthMethod-SoftwareOATH.Read              -                                    247f2733-6e3d-46ff-a904-f5fd58eb0d97 admin
  UserAuthMethod-SoftwareOATH.Read.All          a6b423df-a0c8-411d-a809-a4a5985d2939 3e366fa0-3097-4eb6-8294-3028f77eea6f admin
  UserAuthMethod-SoftwareOATH.ReadWrite         -                                    16721eb3-4493-4ae1-9542-264d9ffe3ce9 admin
  UserAuthMethod-SoftwareOATH.ReadWrite.All     787442d4-3c6e-4e99-aa95-8ccca20a48ff 5b34c8b5-2396-4b35-b284-83fb6a3e73ce admin
  UserAuthMethod-TAP.Read                       -                                    84ded88f-26ba-49d6-b776-efec398de692 admin
  UserAuthMethod-TAP.Read.All                   bf82209c-b22b-4747-ac88-a68be99032cf 6976c635-c9c2-41e6-a21d-e6913a155273 admin
  UserAuthMethod-TAP.ReadWrite                  -                                    2424436d-902f-4651-a1c7-b3b93147c960 admin
  UserAuthMethod-TAP.ReadWrite.All              627169a8-8c15-451c-861a-5b80e383de5c 05de4a66-e51a-4312-842a-30c8094698d2 admin
  UserAuthMethod-WindowsHello.Read              -                                    efe2b5aa-3a8e-486c-b0be-cc4d185c1b40 admin
  UserAuthMethod-WindowsHello.Read.All          9b8dd4c7-8cca-4ef5-a34a-9c2c75fcc934 ff37d46d-b88a-4e0c-85ee-7e26c37b18eb admin
  UserAuthMethod-WindowsHello.ReadWrite         -                                    f11e1db9-d419-4a24-b677-792723ffd727 admin
  UserAuthMethod-WindowsHello.ReadWrite.All     f14eee8a-713e-45aa-8223-2ab74632db1a 13eae17d-aaa4-47b8-aaee-0eb33c6e2450 admin
  UserAuthenticationMethod.Read                 -                                    1f6b61c5-2f65-4135-9c9f-31c0f8d32b52 admin
  UserAuthenticationMethod.Read.All             38d9df27-64da-44fd-b7c5-a6fbac20248f aec28ec7-4d02-4e8c-b864-50163aea77eb admin
  UserAuthenticationMethod.ReadWrite            -                                    48971fc1-70d7-4245-af77-0beb29b53ee2 admin
  UserAuthenticationMethod.ReadWrite.All        50483e42-d915-4231-9639-7fdb7fd190e5 b7887744-6746-4312-813d-72daeaee7e2d admin
`;

export interface GraphPermission {
  readonly name: string;
  /** Missing: not to be had by an application itself. */
  readonly roleId?: string;
  /** Missing: not to be had for a person. */
  readonly scopeId?: string;
  readonly consentBy?: 'admin' | 'user';
}

export const graphPermissions: readonly GraphPermission[] = table
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [name = '', roleId = '-', scopeId = '-', consentBy] = line.trim().split(/\s+/);
    return {
      name,
      ...(roleId === '-' ? {} : { roleId }),
      ...(scopeId === '-' ? {} : { scopeId, consentBy: consentBy === 'user' ? 'user' : 'admin' }),
    };
  });

const namesByRole = new Map<string, string>();
const rolesByName = new Map<string, string>();
for (const { name, roleId } of graphPermissions)
  if (roleId !== undefined) {
    namesByRole.set(roleId, name);
    rolesByName.set(name, roleId);
  }

/** "User.Read.All" for an app role's id. */
export const nameOfRole = (roleId: string): string | undefined => namesByRole.get(roleId);
export const roleOfName = (name: string): string | undefined => rolesByName.get(name);

/** What the service principal shows as appRoles. */
export const graphAppRoles = (): Props[] =>
  graphPermissions.flatMap(({ name, roleId }) =>
    roleId === undefined
      ? []
      : [
          {
            allowedMemberTypes: ['Application'],
            description: `${name}, for an application by itself.`,
            displayName: name,
            id: roleId,
            isEnabled: true,
            origin: 'Application',
            value: name,
          },
        ],
  );

/** … and as oauth2PermissionScopes. */
export const graphScopes = (): Props[] =>
  graphPermissions.flatMap(({ name, scopeId, consentBy }) =>
    scopeId === undefined
      ? []
      : [
          {
            adminConsentDescription: `${name}, on behalf of the person who is signed in.`,
            adminConsentDisplayName: name,
            id: scopeId,
            isEnabled: true,
            type: consentBy === 'user' ? 'User' : 'Admin',
            userConsentDescription: `${name}, on your behalf.`,
            userConsentDisplayName: name,
            value: name,
          },
        ],
  );
