using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Http;

/// <summary>The shell that every endpoint shares: ids, errors, origins, limits, JSON.</summary>
internal static class LibraHttp
{
    private const string Json = "application/json";

    /// <summary>Registers what the shell needs.</summary>
    public static IServiceCollection AddLibraHttp(this IServiceCollection services, Action<LibraHttpOptions> configure)
    {
        services.AddOptions<LibraHttpOptions>()
            .Configure(configure)
            .PostConfigure(options => options.FillIn())
            .Validate(options => options.MaxBodyBytes > 0, "The largest request body must have at least one byte.")
            .Validate(options => options.MaxJsonDepth > 0, "JSON bodies need a depth of at least one.")
            .ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LibraHttpOptions>>((kestrel, options) =>
        {
            kestrel.Limits.MaxRequestBodySize = options.Value.MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        services.ConfigureHttpJsonOptions(options => JsonFormat.Apply(options.SerializerOptions));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AllowedOrigins>();
        services.AddSingleton<Faults>();
        return services;
    }

    /// <summary>Puts the shell around everything that is added to the application after this call.</summary>
    public static IApplicationBuilder UseLibraHttp(this IApplicationBuilder app)
    {
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<Cors>();
        app.Use(NameJsonAsTheOldServicesDid);
        app.UseMiddleware<UnexpectedErrors>();
        app.UseStatusCodePages(GiveBareStatusABody);
        app.UseRouting();
        return app;
    }

    private static Task GiveBareStatusABody(StatusCodeContext status)
    {
        var response = status.HttpContext.Response;
        if (response.StatusCode == StatusCodes.Status499ClientClosedRequest) return Task.CompletedTask;
        var options = status.HttpContext.RequestServices.GetRequiredService<IOptions<LibraHttpOptions>>().Value;
        return Problems.ForStatus(response.StatusCode, options).ToProblem().ExecuteAsync(status.HttpContext);
    }

    // They sent no charset, which JSON does not have anyway (RFC 8259, section 11).
    private static Task NameJsonAsTheOldServicesDid(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            if (context.Response.ContentType?.StartsWith(Json + ";", StringComparison.OrdinalIgnoreCase) is true)
                context.Response.ContentType = Json;
            return Task.CompletedTask;
        });
        return next(context);
    }
}
