using Libra.Deploy.WebApi.Service;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>The frame of the description, and what can be said only when all its parts are there.</summary>
internal sealed class DocumentShape : IOpenApiDocumentTransformer
{
    /// <summary>The ways in, by the names that operations refer to; each of them will do.</summary>
    public static readonly IReadOnlyDictionary<string, IOpenApiSecurityScheme> SecuritySchemes =
        new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API token (`ldt_…`), a JWT of the platform, or a platform session as its bearer plugin hands it out.",
            },
            ["session"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "better-auth.session_token",
                Description = "A session of the platform, where sessions are switched on. Over https the name begins with `__Secure-`.",
            },
        };

    private static readonly (string Name, string Description)[] Tags =
    [
        ("Deployments", "Starting, watching and stopping deployments."),
        ("Projects", "Projects, for operators without a platform."),
        ("Quotas", "How much an organization may deploy."),
        ("Queue", "The queue's figures, and what operators do about dead letters."),
        ("Service", "What the service says about itself."),
        ("Tokens", "API tokens, for administrators."),
        ("Webhooks", "Telling an organization's own server what becomes of its deployments."),
    ];

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Libra Deploy",
            Version = ServiceIdentity.Version,
            Description = "Queues, builds and publishes web projects. Times are ISO 8601 UTC with milliseconds, durations milliseconds.",
            License = new OpenApiLicense { Name = "AGPL-3.0-only", Identifier = "AGPL-3.0-only" },
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(SecuritySchemes);
        document.Tags = Tags.Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }).ToHashSet();
        // HEAD is GET without the body, and an operation's id stands once.
        foreach (var path in document.Paths.Values) path.Operations!.Remove(HttpMethod.Head);
        foreach (var schema in document.Components.Schemas!.Values) LeaveOutNulls(schema);
        return Task.CompletedTask;
    }

    // A field that may be missing is never null: see SchemaShape, which says what is always there.
    private static void LeaveOutNulls(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema whole) return; // a reference; what it leads to gets its own turn

        foreach (var (name, property) in whole.Properties?.ToList() ?? [])
        {
            if (whole.Required?.Contains(name) is not true) whole.Properties![name] = WithoutNull(property);
            LeaveOutNulls(whole.Properties![name]);
        }

        if (whole.Items is not null) LeaveOutNulls(whole.Items);
        if (whole.AdditionalProperties is not null) LeaveOutNulls(whole.AdditionalProperties);
    }

    private static IOpenApiSchema WithoutNull(IOpenApiSchema property)
    {
        if (property is not OpenApiSchema schema) return property;

        if (schema.OneOf is { Count: 2 } either && either.FirstOrDefault(part => part.Type != JsonSchemaType.Null) is { } value)
            return value;
        schema.Type &= ~JsonSchemaType.Null;
        return schema;
    }
}
