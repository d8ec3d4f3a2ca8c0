using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Stops the start when the options of an adapter do not hold, each as a sentence for an operator.</summary>
internal static class OptionCheck
{
    /// <exception cref="StartRefusedException">A setting is wrong; the message says which.</exception>
    public static TOptions OrRefuse<TOptions>(this TOptions options, Func<TOptions, IEnumerable<string>> problems)
    {
        var found = string.Join(' ', problems(options));
        return found.Length == 0 ? options : throw new StartRefusedException(found);
    }
}
