using System.Net;
using System.Net.Sockets;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.WebApi.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Http;

/// <summary>The HTTP shell on a real Kestrel, around a handful of routes that behave well and badly.</summary>
public sealed class ShellHost : IAsyncLifetime
{
    public const int MaxBodyBytes = 1000;
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 29, 40, 785, TimeSpan.Zero);

    private WebApplication? _app;

    public HttpClient Client { get; private set; } = null!;

    internal RecordedLogs Logs { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(Logs);
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        builder.Services.AddLibraHttp(options =>
        {
            options.MaxBodyBytes = MaxBodyBytes;
            options.AllowedOrigins = [.. LibraHttpOptions.ProductionOrigins, .. LibraHttpOptions.DevelopmentOrigins];
        });

        _app = builder.Build();
        _app.UseLibraHttp();
        _app.MapPost("/deploy", ReadAsync);
        _app.MapGet("/query", (HttpRequest request) =>
        {
            var query = new QueryReader(request.Query);
            query.RequiredText("instanceId", "Instance ID is required");
            query.Integer("limit", 20, 1, 100);
            return query.Errors.Count > 0 ? query.Errors.ToProblem() : Results.Ok();
        });
        _app.MapGet("/answer", () => new { Time = Now, Absent = (string?)null, Status = DayOfWeek.Friday, Text = "it's é" });
        _app.MapGet("/labelled", (HttpResponse response) =>
        {
            foreach (var name in new[] { "X-RateLimit-Window", "ETag", "Retry-After", "Location", "X-RateLimit-Limit", "X-RateLimit-Remaining" })
                response.Headers[name] = "1";
        });
        _app.MapGet("/fault", string () => throw new InvalidOperationException("password=hunter2 in /srv/secret"));
        _app.MapGet("/database", string () => throw new InvalidOperationException(
            "wrapped", new NpgsqlException("Failed to connect to 10.0.0.7:5432", new SocketException((int)SocketError.ConnectionRefused))));
        _app.MapGet("/store", string () => throw new ObjectStoreException("The object store could not read logs/org-7/x: no answer in time"));
        _app.MapGet("/page", () => Results.Content("<p>", "text/html; charset=utf-8"));
        _app.MapGet("/half", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("too late");
        });
        await _app.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()), DefaultRequestVersion = HttpVersion.Version11 };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app!.DisposeAsync();
    }

    private static async Task<IResult> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var fields = new FieldReader(body.Value.Root);
        var project = fields.RequiredText("projectId", "Project ID is required");
        fields.RequiredText("orgId", "Organization ID is required");
        fields.RequiredText("userId", "User ID is required");
        fields.OptionalText("customDomain");
        fields.OptionalInteger("priority", 0, 10);
        var config = fields.OptionalObject("config");
        config?.OptionalInteger("timeout", 1000, 3_600_000);
        config?.OptionalFlag("debug");
        return fields.Errors.Count > 0 ? fields.Errors.ToProblem() : Results.Ok(new { Project = project });
    }
}
