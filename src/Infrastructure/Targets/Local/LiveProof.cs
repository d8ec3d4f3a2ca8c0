using System.Net;
using System.Security.Cryptography;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Targets.Local.Edge;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Asks for a site as a visitor would, through the public port, and compares the answer with the artifact.</summary>
internal sealed class LiveProof(LocalTargetOptions options) : IDisposable
{
    private const string StartPage = ArtifactPath.Assets + "index.html";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpMessageInvoker _visitor = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    public async Task<ErrorOr<Success>> FindAsync(Uri address, IArtifact artifact, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            // By address, with the name in the header: not every resolver knows names below localhost.
            var edge = new UriBuilder(address) { Host = EdgeHost() }.Uri;
            using var request = new HttpRequestMessage(HttpMethod.Get, edge) { Headers = { Host = address.Authority } };
            using var answer = await _visitor.SendAsync(request, timeout.Token);
            return await CompareAsync(address, answer, artifact, timeout.Token);
        }
        catch (HttpRequestException e)
        {
            return TargetErrors.Unavailable($"{address} cannot be reached: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TargetErrors.VerificationFailed($"{address} did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    public void Dispose() => _visitor.Dispose();

    private static async Task<ErrorOr<Success>> CompareAsync(
        Uri address, HttpResponseMessage answer, IArtifact artifact, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        if (!answer.Headers.TryGetValues(LiveArtifact.Header, out var served))
            return status is (int)HttpStatusCode.ServiceUnavailable or (int)HttpStatusCode.BadGateway
                ? TargetErrors.Unavailable($"{address} answered {status}: the site is not running.")
                : TargetErrors.VerificationFailed($"{address} answered {status}, but not from a deployed artifact.");
        if (served.Single() is var digest && digest != artifact.Digest)
            return TargetErrors.VerificationFailed($"{address} was answered by artifact {digest} rather than {artifact.Digest}.");
        if (status >= 500) return TargetErrors.VerificationFailed($"{address} answers {status}.");

        // 3xx: a rule of _redirects stands before the file.
        if (PageServedAtRoot(artifact.Manifest) is not { } page || status is >= 300 and < 400) return Result.Success;
        if (status != 200) return TargetErrors.VerificationFailed($"{address} answers {status}, though the artifact has an index.html.");
        var body = await SHA256.HashDataAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        return Convert.ToHexStringLower(body) == page.Sha256
            ? Result.Success
            : TargetErrors.VerificationFailed($"{address} does not answer with the index.html of the artifact.");
    }

    // Only where the answer must be the file itself: no worker that may run first, and "/" means index.html.
    private static ArtifactFile? PageServedAtRoot(ArtifactManifest manifest) =>
        manifest.Assets is { HtmlHandling: not "none", RunWorkerFirst: false, RunWorkerFirstPaths: null }
            ? manifest.Files.FirstOrDefault(file => file.Path == StartPage)
            : null;

    private string EdgeHost()
    {
        if (options.EdgeAddress.Equals(IPAddress.Any)) return IPAddress.Loopback.ToString();
        return (options.EdgeAddress.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : options.EdgeAddress).ToString();
    }
}
