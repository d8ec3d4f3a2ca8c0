using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Libra.Deploy.UnitTests.Access;

/// <summary>Who is let in while the database, which knows the tokens, is away.</summary>
public sealed class ApiTokenCallersTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly TokenSecret _secret = TokenSecret.New();
    private readonly Tokens _tokens = new();
    private readonly ServiceProvider _services;
    private readonly ApiTokenCallers _callers;

    public ApiTokenCallersTests()
    {
        var grant = new TokenGrant(
            "scraper", OrganizationId: null, UserId: null, [Scopes.OperationsRead], _clock.GetUtcNow().AddMinutes(9));
        _tokens.Stored = ApiToken.Issue(new ApiTokenId(Guid.NewGuid()), _secret, grant, _clock.GetUtcNow()).Value;
        _services = new ServiceCollection().AddSingleton<IApiTokenRepository>(_tokens).BuildServiceProvider();
        var scopes = _services.GetRequiredService<IServiceScopeFactory>();
        _callers = new ApiTokenCallers(scopes, new TokenUseRecorder(scopes, _clock, NullLogger<TokenUseRecorder>.Instance), _clock);
    }

    [Fact]
    public async Task FindOrRemember_WhileTheDatabaseIsAway_KnowsWhoWasGoodBefore()
    {
        await _callers.FindOrRememberAsync(_secret, CancellationToken.None);
        TakeTheDatabaseAway();

        (await _callers.FindOrRememberAsync(_secret, CancellationToken.None)).Should().NotBeNull();
        var elsewhere = async () => await _callers.FindAsync(_secret, CancellationToken.None);
        await elsewhere.Should().ThrowAsync<NpgsqlException>("all other routes need the database anyway");
    }

    [Fact]
    public async Task FindOrRemember_WhileTheDatabaseHangs_DoesNotWaitForIt()
    {
        await _callers.FindOrRememberAsync(_secret, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(6));
        _tokens.Hangs = true;

        var asked = _callers.FindOrRememberAsync(_secret, CancellationToken.None).AsTask();
        await _tokens.Asked.Task;
        _clock.Advance(TimeSpan.FromSeconds(2));

        (await asked).Should().NotBeNull();
    }

    [Fact]
    public async Task FindOrRemember_WhenTheTokenWasNeverSeenRevokedOrExpired_LetsNobodyIn()
    {
        await _callers.FindOrRememberAsync(_secret, CancellationToken.None);
        TakeTheDatabaseAway();

        var never = async () => await _callers.FindOrRememberAsync(TokenSecret.New(), CancellationToken.None);
        await never.Should().ThrowAsync<NpgsqlException>();
        _clock.Advance(TimeSpan.FromMinutes(9));
        (await _callers.FindOrRememberAsync(_secret, CancellationToken.None)).Should().BeNull("it has expired meanwhile");
        _callers.Forget(_secret.Hash());
        var revoked = async () => await _callers.FindOrRememberAsync(_secret, CancellationToken.None);
        await revoked.Should().ThrowAsync<NpgsqlException>("a revoked one is not remembered at all");
    }

    public void Dispose() => _services.Dispose();

    private void TakeTheDatabaseAway()
    {
        _clock.Advance(TimeSpan.FromSeconds(6)); // longer than every token is remembered anyway
        _tokens.Away = true;
    }

    private sealed class Tokens : IApiTokenRepository
    {
        public ApiToken? Stored { get; set; }

        public bool Away { get; set; }

        public bool Hangs { get; set; }

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ApiToken?> FindByHashAsync(TokenHash hash, CancellationToken cancellationToken)
        {
            if (Away) throw new NpgsqlException("away", new IOException());
            if (!Hangs) return Task.FromResult(Stored!.Hash.Equals(hash) ? Stored : null);

            Asked.SetResult();
            return new TaskCompletionSource<ApiToken?>().Task;
        }

        public Task<ApiToken?> FindAsync(ApiTokenId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<ApiToken>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Add(ApiToken token) => throw new NotSupportedException();

        public Task NoteUseAsync(IReadOnlyCollection<ApiTokenId> ids, DateTimeOffset now, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
