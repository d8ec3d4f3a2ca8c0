namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>The least that answers a POST: what the web server alone costs.</summary>
internal static class BareServer
{
    public const string Argument = "bare-server";

    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/deploy", () => Results.Json(new { success = true }));
        await app.StartAsync();
        Console.WriteLine($"{ChildNode.ReadyLine}{new Uri(app.Urls.First()).Port}");
        await app.WaitForShutdownAsync();
    }
}
