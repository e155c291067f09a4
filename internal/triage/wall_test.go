package triage

import "testing"

// TestWall: the police are accused where they do the harm, and only there (domain brief 4.1, 4.4).
func TestWall(t *testing.T) {
	r := reader(t)
	for _, c := range []struct {
		promise string
		accused bool
		texts   []string
	}{
		{"police who are there did not do what is told in the passive", false, []string{
			"the police are here now, the child was beaten",
			"police are at our gate and the girl was raped",
			"there are police here and a girl was raped",
			"cops came after my daughter was defiled",
			"polisi wako hapa sasa, mtoto alipigwa",
			"karao amekuja, mtoto alichapwa jana",
			"niko na polisi hapa, mtoto amepigwa",
			"makarao wamefika, mtoi alikuwa amechapwa vibaya",
			"sanse wako kwa plot, dem amerapiwa",
		}},
		{"police who were called did not do what goes on", false, []string{
			"tumeita polisi lakini mtoto bado anapigwa",
			"tumeita polisi lakini bado wanampiga mtoto",
			"i called the police but my husband is still beating me",
			"we told the police that the neighbour beats his son every night",
			"tumecall makarao lakini msee bado anachapa mtoi",
			"call the police he is beating her",
		}},
		{"who is named as the one who does it is accused, not the police beside him", false, []string{
			"polisi wako hapa na baba anampiga mtoto",
			"polisi walikuja, jirani akampiga mtoto tena",
			"the police came and my father beat the child in front of them",
			"police know that the teacher touched the pupils",
			"mtoto alipigwa na baba na polisi wamekuja",
			"she was raped by a neighbour, police officers are in the house",
			"polisi wameona vile mwalimu alimchapa mtoto",
			"karao ako hapa, buda anachapa mtoi",
			"msichana alibakwa na mpenzi wake, tuko na polisi",
			"wananchi walimpiga mwizi kabla polisi kufika",
			"polisi walimuokoa mtoto aliyekuwa anapigwa na mamake",
		}},
		{"a station that only tells where it happened is not accused", false, []string{
			"mtoto alipigwa karibu na kituo cha polisi",
			"a boy was beaten near the police post",
			"karibu na kituo cha polisi kuna mtoto anapigwa na mama",
			"polisi wako hapa, amempiga mtoto na fimbo",
		}},
		{"police who take the one who did it are not accused", false, []string{
			"police arrested the man who raped my daughter",
			"polisi wamekuja na wamemchukua baba aliyempiga mtoto",
			"baba aliyempiga mtoto alikamatwa na polisi",
			"polisi wamemkamata aliyembaka mtoto",
			"the man who defiled the girl was arrested by the police",
			"karao wameshika msee alirape mtoi",
			"mtoto alibakwa, mshukiwa alikamatwa na polisi",
			"polisi wamemkamata mbakaji wa mtoto",
			"polisi wamempata mtoto aliyepotea, alikuwa amefungiwa ndani",
			"mama alichoma mtoto na polisi wamemchukua",
		}},
		{"what others give, ask or refuse is not laid on the police", false, []string{
			"my uncle gave the girl 500 bob to sleep with him, we reported to the police",
			"my husband was arrested by police after beating me",
			"polisi wamekuja, baba amekataa kufungua mlango, mtoto anapigwa",
			"makarao wako macho lakini wezi bado wanaiba",
			"he threatened to kill me if i go to the police",
			"the thief wants 2000 to return my phone, call the police",
		}},
		{"a passive that names the police accuses them", true, []string{
			"mtoto alipigwa na polisi",
			"mtoto alipigwa jana usiku na polisi wawili",
			"mtoto alipigwa na polisi waliokuja usiku",
			"msichana amebakwa na afisa wa polisi wa hapa",
			"mtoi alichapwa na karao",
			"dem alirapiwa na masanse wawili",
			"my son was beaten by the police",
			"she was raped last night by two police officers",
			"a boy was slapped by a drunk cop at the stage",
			"mtoto alipigwa na polisi wakamtupa nje",
			"nilipigwa na chifu na polisi",
			"mtoto alichapwa na huyo askari polisi",
			"i was slapped by my husband and by a policeman",
			"my daughter was touched by an officer when she went to report",
		}},
		{"police who are the subject of the harm are accused", true, []string{
			"polisi wa kituo cha malaba waliompiga mtoto wako hapa",
			"karao amenipiga makofi",
			"polisi walikuja usiku wakampiga baba yangu",
			"police came at night and beat my son",
			"a police officer from our station touched my daughter",
			"the officer called me to his house and he raped me",
			"polisi na chifu walimpiga kijana",
			"nilienda kwa polisi wakanipiga",
			"i went to report to the police and they beat me",
			"masanse walicome na wakachapa watu kwa plot",
			"the policeman who lives next door beats the children",
			"polisi ndio waliompiga mtoto",
			"my mother took me to the officer and he raped me",
			"i saw police beat my son",
			"polisi wametishia kutuua",
			"polisi walimuua kaka yangu",
			"wamenipiga polisi wa kituo cha malaba",
			"walinipiga hao polisi",
			"the officer was arrested for raping a girl",
			"an officer is sleeping with a form two girl",
			"cop alimforce dem kulala naye",
			"dem alilala na karao by force",
			"walituvamia usiku polisi wakaiba pesa",
			"a girl was raped by a man in police uniform",
		}},
		{"who is harmed in their hands is harmed by them", true, []string{
			"polisi walimshika kijana wangu akapigwa sana",
			"police arrested my brother and he was beaten",
			"she was raped at the police station",
			"alibakwa kituoni",
			"alibakwa akiwa seli",
			"girls held at the post are raped at night",
			"my son was beaten badly in the station",
		}},
		{"police who take money, refuse or let go are accused", true, []string{
			"tumeita polisi lakini wanataka elfu mbili ya mafuta",
			"we called the police but they asked for 2000 for fuel",
			"polisi walikataa kuandika kesi ya mtoto",
			"the police refused to come, my neighbour is beating the child",
			"polisi wamemwachilia aliyembaka mtoto",
			"the police arrested him but released him after a bribe",
			"familia ya mshukiwa imehonga polisi",
			"karao wameitisha doh ndio waandike statement",
			"police released the man who defiled my girl",
		}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			for _, text := range c.texts {
				if got := r.Read(text); got.Answers.PoliceAccused() != c.accused {
					t.Errorf("%q: accused %t, %v", text, !c.accused, got.Signals)
				}
			}
		})
	}
}
