using Libra.Deploy.WebApi.Access;
using Microsoft.Net.Http.Headers;

// Not "Console": that name would hide System.Console from every other namespace of the project.
namespace Libra.Deploy.WebApi.ConsolePage;

/// <summary>The console: static files that a browser runs against the public API with its user's own token.</summary>
internal static class ConsoleEndpoints
{
    /// <summary>Where the page lives; its files stand relative to it.</summary>
    public const string Home = "/console/";

    // Everything comes from here and nothing is inline. Trusted types make the browser itself refuse markup made from data.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        var files = ConsoleFiles.Load();
        var console = routes.MapGroup(Home).ExcludeFromDescription();
        foreach (var file in files) console.MapMethods(file.Name, Reading, (HttpContext http) => Send(http, file)).AllowPublic();

        var index = files.Single(file => file.Name == ConsoleFiles.Index);
        console.MapMethods(
            "", Reading, (HttpContext http) => IsHome(http) ? Send(http, index) : Results.LocalRedirect($"~{Home}")).AllowPublic();
    }

    // Without the slash at the end the browser would look for the files one level up.
    private static bool IsHome(HttpContext http) => http.Request.Path.Value?.EndsWith('/') is true;

    private static IResult Send(HttpContext http, ConsoleFile file)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-cache"; // ask every time; the tag makes that cheap, and a new version shows at once
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return Results.Bytes(file.Content, file.ContentType, entityTag: new EntityTagHeaderValue(file.Tag));
    }
}
