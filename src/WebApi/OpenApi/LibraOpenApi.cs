using System.Reflection;
using Libra.Deploy.WebApi.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>The description of the API, made from the routes themselves, and a page to read it.</summary>
internal static class LibraOpenApi
{
    private const string Document = "v1"; // the name that a route without a name parameter serves
    private const string Bearer = "bearer";

    public static IServiceCollection AddLibraOpenApi(this IServiceCollection services) => services.AddOpenApi(Document, options =>
    {
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(DescribeOperationAsync);
    });

    public static void MapLibraOpenApi(this WebApplication app)
    {
        app.MapOpenApi("/openapi.json").AllowPublic();
        app.MapScalarApiReference("/docs", scalar => scalar
            .WithTitle("Libra Deploy")
            .WithOpenApiRoutePattern("/openapi.json")
            .DisableDefaultFonts()).AllowPublic().AddEndpointFilter(AllowOwnScripts);
    }

    // The page starts its bundled script inline and styles as it goes; it shows nothing that a user wrote and fetches from nowhere else.
    private static ValueTask<object?> AllowOwnScripts(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        return next(context);
    }

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Libra Deploy",
            Version = typeof(LibraOpenApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "2.0.0",
            Description = "Queues, builds and publishes web projects. Times are ISO 8601 UTC, durations milliseconds.",
            License = new OpenApiLicense { Name = "AGPL-3.0-only", Identifier = "AGPL-3.0-only" },
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token (ldt_…), a JWT of the platform, or a platform session." },
        };
        return Task.CompletedTask;
    }

    private static async Task DescribeOperationAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAllowAnonymous>().Any()) operation.Security = [];
        else operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
        if (metadata.OfType<RouteDecision>().FirstOrDefault()?.Scope is { } scope) operation.Description = $"Needs the scope `{scope}`.";
        if (metadata.OfType<RequestBody>().FirstOrDefault() is not { } body) return;

        var schema = await context.GetOrCreateSchemaAsync(body.Type, parameterDescription: null, cancellationToken);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = body.Required,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } },
        };
    }
}
