namespace Libra.Deploy.WebApi.Composition;

/// <summary>Something that this machine does by itself because no service is named for it; in production worth a warning.</summary>
/// <param name="What">A sentence that says what and where.</param>
/// <param name="Instead">The variables that name a service.</param>
internal sealed record LocalPart(string What, string Instead);
