/** The shapes of the contract data files, as far as they are used. They are Microsoft's; see their README. */

export interface OpenApiSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly nullable?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly items?: OpenApiSchema;
  readonly allOf?: readonly OpenApiSchema[];
  readonly 'x-ms-navigationProperty'?: boolean;
  readonly 'x-ms-enum-flags'?: unknown;
  readonly 'x-slice-pruned'?: unknown;
}

export interface OpenApiContent {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: OpenApiSchema }>>;
}

export interface OpenApiOperation {
  readonly parameters?: readonly { readonly $ref?: string; readonly name?: string; readonly in?: string }[];
  readonly requestBody?: OpenApiContent;
  readonly responses: Readonly<Record<string, OpenApiContent>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, OpenApiSchema>>;
    readonly responses: Readonly<Record<string, OpenApiContent>>;
    readonly requestBodies: Readonly<Record<string, OpenApiContent>>;
    readonly parameters: Readonly<Record<string, { readonly name: string; readonly in: string }>>;
  };
}

export interface OdataProperty {
  readonly type: string;
  readonly collection?: boolean;
  readonly nullable?: boolean;
  readonly outsideSlice?: boolean;
}

export interface OdataType {
  readonly base?: string;
  readonly open?: boolean;
  readonly props?: Readonly<Record<string, OdataProperty>>;
  readonly nav?: Readonly<Record<string, OdataProperty>>;
}

export interface OdataModel {
  readonly types: Readonly<Record<string, OdataType>>;
  readonly enums: Readonly<Record<string, { readonly members: readonly string[]; readonly flags?: boolean }>>;
  readonly boundOperations: readonly {
    readonly kind: string;
    readonly name: string;
    readonly params: readonly (OdataProperty & { readonly name: string })[];
  }[];
}
