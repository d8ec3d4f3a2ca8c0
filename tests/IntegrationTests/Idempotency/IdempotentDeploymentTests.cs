using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Infrastructure.Idempotency;
using Libra.Deploy.Infrastructure.Quotas;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Idempotency;

/// <summary>The key around the whole acceptance: one transaction with the charge, the deployment and the project's row.</summary>
public sealed class IdempotentDeploymentTests(TestPostgres server) : IAsyncLifetime
{
    private static readonly CreateDeploymentCommand Request = new("p1", "org1", "u1") { IdempotencyKey = new IdempotencyKey("key-1") };

    private readonly IdempotencyOptions _options = new();
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PlatformDatabase.CreateAsync(server, services => services
            .AddQuotas().AddIdempotency()
            .AddSingleton(Microsoft.Extensions.Options.Options.Create(_options))
            .AddSingleton<IDeploymentQueue, SilentQueue>());
        await _database.ExecuteAsync(
            """
            INSERT INTO public.project (id, name, template_type, user_id, organization_id)
            SELECT 'p' || n, 'P', 'vite', 'u1', 'org1' FROM generate_series(1, 3) n;
            INSERT INTO public.subscription_limit (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
            VALUES ('plan', 'org1', 'FREE', 'free', 0, 0, 0, 10, now() - interval '1 day', now() + interval '1 day');
            """);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Send_WhenManyCarryTheSameKeyAtOnce_StartsOneAndAnswersAllAlike()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => SendAsync(Request with { RequestId = $"r{i}" })));

        answers.Should().NotContain(answer => answer.IsError);
        answers.Select(answer => answer.Value.Id).Distinct().Should().ContainSingle();
        answers.Select(answer => answer.Value.At.ToUnixTimeMilliseconds()).Distinct().Should().ContainSingle();
        await ExpectAsync(deployments: 1, left: 9);
    }

    [Fact]
    public async Task Send_WhenTheBodyDiffers_IsAConflictAndStartsNothing()
    {
        await SendAsync(Request);

        (await SendAsync(Request with { Force = true })).FirstError.Code.Should().Be("IDEMPOTENCY_CONFLICT");
        (await SendAsync(Request with { ProjectId = "p2" })).FirstError.Code.Should().Be("IDEMPOTENCY_CONFLICT");
        await ExpectAsync(deployments: 1, left: 9);
    }

    [Fact]
    public async Task Send_WhenDifferentBodiesComeAtOnce_StartsOneAndRefusesTheOthers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => SendAsync(Request with { ProjectId = $"p{i % 3 + 1}" })));

        answers.Where(answer => !answer.IsError).Select(answer => answer.Value.Id).Distinct().Should().ContainSingle();
        answers.Where(answer => answer.IsError)
            .Should().HaveCount(20).And.OnlyContain(answer => answer.FirstError.Code == "IDEMPOTENCY_CONFLICT");
        await ExpectAsync(deployments: 1, left: 9);
    }

    [Fact]
    public async Task Send_WhenTheFirstWasRefused_TheKeyIsFree()
    {
        (await SendAsync(Request with { ProjectId = "missing" })).FirstError.Code.Should().Be("PROJECT_NOT_FOUND");
        (await SendAsync(Request with { Timeout = 1 })).FirstError.Code.Should().Be("VALIDATION_ERROR");

        (await SendAsync(Request)).IsError.Should().BeFalse();
        (await SendAsync(Request with { IdempotencyKey = new IdempotencyKey("key-2") })).FirstError.Code.Should().Be(
            "DEPLOYMENT_IN_PROGRESS");
        (await _database.AskAsync<long>("SELECT count(*) FROM deploy.idempotency_keys")).Should().Be(1);
    }

    [Fact]
    public async Task Send_WithoutAKey_RemembersNothing()
    {
        await SendAsync(Request with { IdempotencyKey = null });

        (await _database.AskAsync<long>("SELECT count(*) FROM deploy.idempotency_keys")).Should().Be(0);
    }

    [Fact]
    public async Task Send_InAnotherOperation_CountsTheKeyAnew()
    {
        await SendAsync(Request);

        var other = await SendAsync(Request with { ProjectId = "p2", IdempotencyKey = new IdempotencyKey("key-1", "deploy/batch/0") });

        other.IsError.Should().BeFalse();
        await ExpectAsync(deployments: 2, left: 8);
    }

    [Fact]
    public async Task Send_WhenTheKeyIsMalformed_IsRefused()
    {
        var answer = await SendAsync(Request with { IdempotencyKey = new IdempotencyKey("two words") });

        answer.FirstError.Code.Should().Be("VALIDATION_ERROR");
        answer.FirstError.Metadata!["field"].Should().Be("idempotency-key");
    }

    [Fact]
    public async Task Send_WhenTheKeyIsPastItsTime_StartsAnew()
    {
        var first = await SendAsync(Request);
        await _database.ExecuteAsync(
            "UPDATE deploy.idempotency_keys SET created_at = now() - interval '24 hours 1 second'; UPDATE deploy.deployments SET status = 'failed'");

        var second = await SendAsync(Request);
        var third = await SendAsync(Request);

        second.Value.Id.Should().NotBe(first.Value.Id);
        third.Value.Id.Should().Be(second.Value.Id);
    }

    [Fact]
    public async Task Prune_ForgetsOnlyKeysPastTheirTime()
    {
        await SendAsync(Request);
        await _database.ExecuteAsync("UPDATE deploy.idempotency_keys SET created_at = now() - interval '25 hours'");
        await SendAsync(Request with { ProjectId = "p2", IdempotencyKey = new IdempotencyKey("key-2") });
        await using var scope = _database.Services.CreateAsyncScope();

        var pruned = await scope.ServiceProvider.GetRequiredService<IIdempotencyStore>().PruneAsync(TestContext.Current.CancellationToken);

        pruned.Should().Be(1);
        (await _database.AskAsync<string>("SELECT key FROM deploy.idempotency_keys")).Should().Be("key-2");
    }

    private async Task<ErrorOr<AcceptedDeployment>> SendAsync(CreateDeploymentCommand command)
    {
        await using var scope = _database.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command, TestContext.Current.CancellationToken);
    }

    private async Task ExpectAsync(long deployments, int left)
    {
        (await _database.AskAsync<long>("SELECT count(*) FROM deploy.deployments")).Should().Be(deployments);
        (await _database.AskAsync<long>("SELECT count(*) FROM deploy.quota_charges")).Should().Be(deployments);
        (await _database.AskAsync<int>("SELECT deploy_limit FROM public.subscription_limit")).Should().Be(left);
    }
}
