using Scalar.AspNetCore;
using Libra.Deploy.WebApi.Access;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>The description of the API, made from the routes themselves, and a page to read it.</summary>
internal static class LibraOpenApi
{
    private const string Document = "v1"; // the name that a route without a name parameter serves

    public static IServiceCollection AddLibraOpenApi(this IServiceCollection services) => services.AddOpenApi(Document, options =>
    {
        options.AddSchemaTransformer<SchemaShape>();
        options.AddOperationTransformer<OperationShape>();
        options.AddDocumentTransformer<DocumentShape>();
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
            "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        return next(context);
    }
}
