using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote;

/// <summary>A whole deployment whose project is built by somebody else and goes live at Cloudflare.</summary>
public sealed class RemoteDeploymentTests
{
    [Theory]
    [InlineData("e2b")]
    [InlineData("daytona")]
    public async Task Deploy_WhenBuiltOnARentedMachine_GoesLiveAndShowsTheMachineNoCredential(string provider)
    {
        await using var cloudflare = await CloudflareDouble.StartAsync();
        await using var dispatcher = await Dispatcher.StartAsync(cloudflare);
        await using ProviderDouble rented = provider == "e2b"
            ? await ProviderDouble.StartAsync<E2BDouble>()
            : await ProviderDouble.StartAsync<DaytonaDouble>();
        await using var service = await OwnService.StartAsync([.. Account(cloudflare, dispatcher), .. Machines(provider, rented)]);
        await service.SignInAsync();

        var done = await DeployAsync(service);

        ((string)done["status"]!).Should().Be("completed", "{0}", done);
        System.Text.Encoding.UTF8.GetString(cloudflare.Scripts["shop-worker"].Assets["/index.html"].Content!)
            .Should().Be("built elsewhere: true");
        rented.CountOf("new sandbox").Should().Be(1);
        rented.Machines.Values.Should().OnlyContain(machine => machine.IsGone, "the sandbox is ended with the build");
        rented.HasSeen("built elsewhere").Should().BeTrue("the project's files are sent, or this test would look at nothing");
        rented.HasSeen(ProviderDouble.Key).Should().BeTrue("headers are kept as well");
        foreach (var secret in (string[])[CloudflareDouble.AccountId, CloudflareDouble.Token, CloudflareDouble.ZoneId,
            service.Postgres.ConnectionString])
            rented.HasSeen(secret).Should().BeFalse("{0} is nothing that a sandbox may know", secret);
    }

    private static (string, string)[] Account(CloudflareDouble cloudflare, Dispatcher dispatcher) =>
    [
        ("Cloudflare:AccountId", CloudflareDouble.AccountId), ("Cloudflare:ApiToken", CloudflareDouble.Token),
        ("Cloudflare:ZoneId", CloudflareDouble.ZoneId),
        ("Cloudflare:ApiBaseUrl", cloudflare.BaseUrl.AbsoluteUri), ("Cloudflare:DispatcherUrl", dispatcher.Address),
    ];

    private static (string, string)[] Machines(string provider, ProviderDouble rented) =>
    [
        ("Host:SandboxProvider", provider), ("E2B:ApiKey", ProviderDouble.Key), ("E2B:ApiUrl", rented.Address.AbsoluteUri),
        ("E2B:SandboxUrl", rented.Address.AbsoluteUri),
        ("Daytona:ApiKey", ProviderDouble.Key), ("Daytona:ApiUrl", new Uri(rented.Address, "api/").AbsoluteUri),
    ];

    private static async Task<JsonNode> DeployAsync(OwnService service)
    {
        await SendAsync(service.Client.PutAsJsonAsync("/organizations/acme/limits", new JsonObject { ["deployLimit"] = 10 }));
        await SendAsync(service.Client.PutAsJsonAsync(
            "/projects/shop", new JsonObject { ["organizationId"] = "acme", ["userId"] = "ada", ["templateType"] = "static" }));
        var accepted = await SendAsync(service.Client.PostAsJsonAsync("/deploy", new JsonObject
        {
            ["projectId"] = "shop",
            ["orgId"] = "acme",
            ["userId"] = "ada",
            ["initFiles"] = TestProject.Files(
                ("package.json",
                    """{ "type": "module", "scripts": { "build": "./build.mjs" }, "dependencies": { "is-number": "7.0.0" } }"""),
                ("build.mjs", "#!/usr/bin/env node\nimport fs from 'node:fs'; import isNumber from 'is-number'; fs.mkdirSync('dist'); fs.writeFileSync('dist/index.html', `built elsewhere: ${isNumber(1)}`);")),
        }));
        JsonNode status = null!;
        await IntegrationTests.Eventually.BecomesTrueAsync(async () =>
        {
            status = (await service.Client.GetFromJsonAsync<JsonNode>($"/deploy/{(string)accepted["deploymentId"]!}/status"))!;
            return (string)status["status"]! is "completed" or "failed" or "cancelled";
        }, TimeSpan.FromMinutes(4), "the deployment ends");
        return status;
    }

    private static async Task<JsonNode> SendAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", body);
        return body!;
    }
}
