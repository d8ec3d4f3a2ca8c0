using System.Net;
using System.Net.Http.Json;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>Requests for one thing that come at once: each gets a true answer, and limits hold.</summary>
public sealed class SimultaneousRequestsTests(LibraService service)
{
    private const int AtOnce = 20;

    [Fact]
    public async Task Project_ThatManyMakeAtOnce_IsThereOnceAndAllAreTold()
    {
        var id = NewName();

        var answers = await SendAsync(_ => service.Admin.PutAsJsonAsync(
            $"/projects/{id}", new { organizationId = id, userId = "user", templateType = "static" }, TestContext.Current.CancellationToken));

        answers.Should().OnlyContain(status => status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Limits_ThatManySetAtOnce_AreSet()
    {
        var organization = NewName();

        var answers = await SendAsync(number => service.Admin.PutAsJsonAsync(
            $"/organizations/{organization}/limits", new { deployLimit = number + 1 }, TestContext.Current.CancellationToken));

        answers.Should().OnlyContain(status => status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task CustomDomain_ThatManyProjectsAskForAtOnce_GoesToOne()
    {
        var organization = NewName();

        var answers = await SendAsync(number => service.Admin.PutAsJsonAsync(
            $"/projects/{organization}-{number}",
            new { organizationId = organization, userId = "user", templateType = "static", customDomain = $"{organization}.example.com" },
            TestContext.Current.CancellationToken));

        answers.Where(status => status == HttpStatusCode.OK).Should().ContainSingle();
        answers.Where(status => status == HttpStatusCode.BadRequest).Should().HaveCount(AtOnce - 1);
    }

    [Fact]
    public async Task Webhooks_ThatManyAddAtOnce_KeepTheirLimit()
    {
        var organization = NewName();
        var limit = new WebhookOptions().MaxPerOrganization;

        var answers = await SendAsync(_ => service.Admin.PostAsJsonAsync(
            $"/organizations/{organization}/webhooks", new { url = "https://example.com/" }, TestContext.Current.CancellationToken));

        answers.Where(status => status == HttpStatusCode.OK).Should().HaveCount(limit);
        answers.Where(status => status == HttpStatusCode.Conflict).Should().HaveCount(AtOnce - limit);
    }

    [Fact]
    public async Task Cleanup_WhileFailedJobsAreCompared_IsNotRefused()
    {
        await using var connection = await service.Services.GetRequiredService<NpgsqlDataSource>()
            .OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var comparing = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({DatabaseLocks.FailedJobs})", connection, comparing);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await Eventually.BecomesTrueAsync(
            async () =>
            {
                using var answer = await service.Admin.PostAsJsonAsync(
                    "/status/cleanup", new { dryRun = true }, TestContext.Current.CancellationToken);
                return answer.StatusCode == HttpStatusCode.OK; // a clean-up of another test may be running
            },
            Eventually.Patience,
            "the two have nothing to do with each other");
    }

    private static string NewName() => $"at-once-{Guid.NewGuid().ToString("N")[..10]}";

    private static async Task<List<HttpStatusCode>> SendAsync(Func<int, Task<HttpResponseMessage>> send)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(send));
        List<HttpStatusCode> statuses = [.. answers.Select(answer => answer.StatusCode)];
        foreach (var answer in answers) answer.Dispose();
        return statuses;
    }
}
