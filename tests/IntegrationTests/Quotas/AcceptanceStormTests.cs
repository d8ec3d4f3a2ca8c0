using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Infrastructure.Idempotency;
using Libra.Deploy.Infrastructure.Quotas;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Quotas;

/// <summary>Many requests of one organization at once, through the whole acceptance: no deadlock, no charge without a deployment.</summary>
public sealed class AcceptanceStormTests(TestPostgres server) : IAsyncLifetime
{
    private const int Projects = 100;
    private QuotaBooks _books = null!;

    public async ValueTask InitializeAsync()
    {
        _books = new QuotaBooks(await PlatformDatabase.CreateAsync(
            server, services => services.AddQuotas().AddIdempotency().AddSingleton<IDeploymentQueue, SilentQueue>()));
        await _books.Database.ExecuteAsync(
            $"INSERT INTO public.project (id, name, template_type, user_id, organization_id) SELECT 'p' || n, 'P', 'vite', 'u1', 'org1' FROM generate_series(1, {Projects}) n");
    }

    public ValueTask DisposeAsync() => _books.DisposeAsync();

    [Fact]
    public async Task Create_WhenFiveHundredComeForAHundredProjectsWithFortyLeft_AcceptsExactlyForty()
    {
        var plan = await _books.AddPlanAsync("org1", "FREE", left: 40);

        var answers = await QuotaBooks.AtOnceAsync(500, i => CreateAsync($"p{i % Projects + 1}"));

        answers.Count(answer => !answer.IsError).Should().Be(40);
        answers.Where(answer => answer.IsError).Should()
            .OnlyContain(answer => answer.FirstError.Code == "DEPLOYMENT_IN_PROGRESS"
                || answer.FirstError.Code == "DEPLOYMENT_QUOTA_EXCEEDED");
        (await _books.LeftAsync(plan)).Should().Be(0);
        await ExpectBooksToAgreeAsync(standing: 40);
    }

    [Fact]
    public async Task Create_WhenDeploymentsAreCancelledMeanwhile_GivesTheirChargesBack()
    {
        var plan = await _books.AddPlanAsync("org1", "FREE", left: 60);

        var kept = await QuotaBooks.AtOnceAsync(300, async i =>
        {
            var answer = await CreateAsync($"p{i % Projects + 1}");
            if (answer.IsError) return false;
            if (i % 2 == 0) return true;
            var cancelled = await SendAsync(new CancelDeploymentCommand(OrganizationFilter.All, answer.Value.Id));
            cancelled.IsError.Should().BeFalse();
            return false;
        });

        (await _books.LeftAsync(plan)).Should().Be(60 - kept.Count(keeps => keeps));
        await ExpectBooksToAgreeAsync(kept.Count(keeps => keeps));
    }

    private async Task ExpectBooksToAgreeAsync(long standing)
    {
        (await _books.Database.AskAsync<long>("SELECT count(*) FROM deploy.quota_charges WHERE refunded_at IS NULL")).Should().Be(standing);
        (await _books.Database.AskAsync<long>(
            "SELECT count(*) FROM deploy.quota_charges c FULL JOIN deploy.deployments d ON d.id = c.deployment_id WHERE c.deployment_id IS NULL OR d.id IS NULL")).Should().Be(0);
    }

    private Task<ErrorOr<AcceptedDeployment>> CreateAsync(string project) => SendAsync(new CreateDeploymentCommand(project, "org1", "u1"));

    private async Task<ErrorOr<T>> SendAsync<T>(IRequest<ErrorOr<T>> request)
    {
        await using var scope = _books.Database.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, TestContext.Current.CancellationToken);
    }
}
