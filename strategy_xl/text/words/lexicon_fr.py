"""French words of sales objectives, by class, without accents. Data only; ``lexicon`` builds the index.

Entries are separated by semicolons; plural and verb forms are generated. ``a/b/c`` lists all forms of
an irregular verb.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # Indicators: what can be counted or computed and followed over time.
    "IND": """
        retard de livraison; point mort; seuil de rentabilite; prise de commandes; prises de commandes;
        taux de transformation des devis; taux de conversion des devis; cout de fonctionnement; cout fixe;
        frais generaux; charge; charges fixes; cout de production; ca; chiffre d'affaires; chiffre
        d'affaire; chiffres d'affaires; vente; ventes additionnelles; ventes croisees; volume des ventes;
        marge; marge brute; marge nette; taux de marge; resultat; resultat net; benefice; ebe; ebitda;
        tresorerie; panier; panier moyen; ticket moyen; taux; taux de transformation; taux de conversion;
        taux de retour; taux d'attrition; taux de churn; taux de renouvellement; taux de fidelisation;
        taux de reachat; taux d'ouverture; taux de clic; taux de rebond; taux d'occupation; taux de
        remplissage; taux de satisfaction; taux d'abandon; taux de signature; taux de closing; taux de
        service; taux de penetration; taux de reponse; taux de recommandation; taux d'engagement; taux de
        retention; taux de concretisation; taux de rdv; score; score de satisfaction; note; note moyenne;
        nps; part de marche; parts de marche; part; delai; delais; delai de paiement; delai de reponse;
        delai de livraison; delai moyen; cycle de vente; cycle; temps de reponse; temps; duree; cout;
        couts; cout d'acquisition; cout par lead; cout par clic; cac; cpl; cpa; cpc; roi; roas; budget;
        depense; frais; prix; prix moyen; prix de vente; remise; remises; escompte; impaye; encours; dso;
        bfr; creance; stock; rupture; ruptures; rotation; trafic du site; trafic du site web; trafic du
        site internet; trafic web; trafic; frequentation; flux; audience; portee; impressions; vue; clic;
        affluence; frequence; frequence d'achat; recurrence; reachat; attrition; churn; retention;
        renouvellement; desabonnement; resiliation; defection; turnover; absenteisme; productivite;
        rendement; capacite; volume; quantite; nombre; nb; nbre; effectif; portefeuille; pipe; pipeline;
        carnet de commandes; mrr; arr; ltv; clv; arpu; valeur vie client; conversion; transformation;
        encaissement; facturation; facture moyenne; honoraires; loyer; commission; commissions; recette;
        revenu; revenus; revenus recurrents; production; export; exportations; seo; position; classement;
        satisfaction; satisfaction client; satisfaction clients; satisfaction des clients; fidelite;
        engagement; rentabilite; croissance; erreur; erreurs; retard; retards; perte; pertes; demarque;
        casse; rebut; gaspillage; annulation; no show; absence; taux d'effort; reouverture; retour;
        retours; participation; assiduite
    """,
    # Objects that are counted one by one; they say what, not for whom.
    "OBJ": """
        personne; entreprise; societe; version; edition; extension de garantie; caisse; palette;
        pharmacie; magasin franchise; prestataire; sous traitant; intervenant; formateur; referent;
        mentor; parrain; dirigeant; participant; etudiant; acheteuse; gerant; decideur; interlocuteur;
        signataire; porteur; licencie; boite; bouteille; menu; bouquet; panneau; fenetre; porte; robot;
        drone; tracteur; camion; vehicule d'occasion; contrat d'entretien; contrat de maintenance; carte
        de visite; visuel; affiche; spot; encart; publicite; annonce; communique; dossier de presse; kit
        media; temoin; journee; jour; stage; cours; atelier decouverte; repas; petit dejeuner;
        degustation; tirage; coffret cadeau; abonnement annuel; box; garage; parking; local; terrain;
        parcelle; lotissement; villa; studio; programme neuf; pret; credit; placement; bilan; liasse;
        declaration; consultation; rdv decouverte; rendez vous decouverte; rdv qualifie; rendez vous
        qualifie; opportunite qualifiee; piste; fichier; contact qualifie; poseur; installateur; client;
        stock; prospect; lead; contact; rdv; rendez vous; rendez-vous; devis; proposition; proposition
        commerciale; offre; contrat; commande; affaire; dossier; appel; appel sortant; visite; demo;
        demonstration; mission; mandat; abonne; abonnement; adherent; adhesion; inscription; inscrit;
        stagiaire; visiteur; utilisateur; acheteur; partenaire; partenariat; distributeur; revendeur;
        apporteur d'affaires; apporteur; prescripteur; ambassadeur; affilie; recommandation; parrainage;
        filleul; avis; avis google; temoignage; etude de cas; cas client; post; article; publication;
        video; story; stories; reel; newsletter; emailing; e mailing; mail; email; courrier; campagne;
        evenement; salon; webinaire; atelier; formation; session; seance; licence; produit; service;
        article de blog; compte; logo; opportunite; demande; demande de devis; ticket; reclamation;
        plainte; litige; livraison; commercial; commerciaux; vendeur; vendeuse; collaborateur; salarie;
        recrutement; recrue; alternant; apprenti; technicien; boutique; magasin; agence; point de vente;
        point de contact; showroom; franchise; poste; place; siege; lot; logement; bien; appartement;
        maison; chantier; installation; pose; intervention; prestation; coffret; carte cadeau; carte; bon
        cadeau; bon d'achat; kit; point relais; point de collecte; point de retrait; equipe commerciale;
        force de vente; piece; unite; vehicule; machine; logiciel; module; option; appel d'offres; appels
        d'offres; marche public; accord; convention; reservation; nuitee; couvert; table; essai; essai
        gratuit; telechargement; partage; follower; fan; like; reponse; questionnaire; enquete; entretien;
        candidature; candidat; cv; relance; relances; reference; enseigne; fournisseur; facture; colis;
        envoi; invitation; heure; heures de conseil; session de formation; audit; diagnostic; projet;
        solution; gamme; interimaire; consultant; locataire; patient; eleve; invite; spectateur; billet;
        ticket de caisse; panier abandonne; nouveau client; compte client; transaction; achat;
        souscription; police; polices; simulation; estimation; compromis; acte; promesse de vente;
        remontee terrain
    """,
    # Delimiters: product family, segment, channel, place, means.
    "SEG": """
        vendee; finistere; morbihan; cotes d'armor; ille et vilaine; loire atlantique; maine et loire;
        sarthe; mayenne; calvados; manche; gironde; landes; dordogne; charente; charente maritime; deux
        sevres; vienne; haute garonne; herault; gard; aude; tarn; aveyron; isere; drome; ardeche; ain;
        haute savoie; jura; doubs; cote d'or; yonne; nievre; aube; marne; ardennes; moselle; vosges; bas
        rhin; haut rhin; oise; aisne; somme; pas de calais; seine maritime; eure; yvelines; essonne; hauts
        de seine; val de marne; var; vaucluse; bouches du rhone; alpes maritimes; correze; creuse; cantal;
        puy de dome; allier; loiret; indre; touraine; anjou; limousin; picardie; champagne; franche comte;
        pays basque; pays de la loire; centre val de loire; angers; tours; dijon; reims; brest; caen;
        rouen; amiens; metz; nancy; mulhouse; besancon; limoges; toulon; nimes; perpignan; pau; bayonne;
        poitiers; orleans; le mans; annecy; chambery; valence; saint etienne; clermont ferrand; avignon;
        cannes; bruxelles; geneve; lausanne; londres; madrid; milan; berlin; pologne; autriche; danemark;
        suede; norvege; irlande; grece; tunisie; algerie; senegal; japon; chine; inde; produit frais;
        produits frais; b2b; btob; b to b; b2c; btoc; pme; tpe; eti; pmi; grand compte; grands comptes;
        grand groupe; collectivite; mairie; commune; administration; hopital; clinique; ehpad; ecole;
        lycee; universite; association; syndic; syndic de copropriete; copropriete; bailleur; promoteur;
        architecte; artisan; btp; batiment; industrie; industriel; agroalimentaire; agriculture;
        agriculteur; viticulteur; hotel; hotelier; hotellerie; restaurant; restaurateur; traiteur;
        restauration; sante; pharma; pharmacie; pharmacien; medecin; dentiste; veterinaire; notaire;
        avocat; expert comptable; experts comptables; cabinet; comptable; assurance; assureur; banque;
        mutuelle; courtier; immobilier; transport; transporteur; logistique; automobile; garage;
        garagiste; concessionnaire; aeronautique; spatial; energie; tourisme; camping; luxe; mode;
        textile; cosmetique; beaute; coiffeur; fleuriste; boulanger; boulangerie; gms; grande
        distribution; retail; commercant; commerce; independant; freelance; auto entrepreneur;
        particulier; professionnel; famille; senior; jeune; etudiant; femme; homme; enfant; bebe;
        dirigeant; drh; dsi; daf; rh; directeur; acheteur public; secteur public; prive; export; france;
        belgique; suisse; luxembourg; allemagne; allemand; espagne; espagnol; italie; italien; portugal;
        europe; afrique; maroc; canada; etats unis; usa; royaume uni; asie; bretagne; normandie; alsace;
        lorraine; occitanie; aquitaine; provence; paca; corse; ile de france; idf; grand est; grand ouest;
        hauts de france; auvergne; rhone alpes; rhone; savoie; paris; lyon; marseille; lille; nantes;
        bordeaux; toulouse; rennes; strasbourg; montpellier; nice; grenoble; region; departement; nord;
        sud; est; ouest; centre ville; quartier; zone; secteur; linkedin; facebook; instagram; tiktok;
        youtube; google; google ads; meta; twitter; pinterest; amazon; site; site web; site internet;
        boutique en ligne; e commerce; ecommerce; web; en ligne; online; mobile; appli; application;
        telephone; emailing; sms; drive; marketplace; reseau de distribution; click and collect; caisse;
        vitrine; comptoir; blog; bio; premium; haut de gamme; entree de gamme; neuf; occasion; location;
        maintenance; entretien; sav; conseil; renovation; climatisation; chauffage; photovoltaique; pompe
        a chaleur; pompes a chaleur; cuisine; salle de bain; menuiserie; jardin; meuble; mobilier; jouet;
        vin; fromage; boisson; snacking; epicerie; velo; moto; pneu; outillage; consommable; accessoire;
        premier achat; primo accedant; abonnes mobiles; locatif; saisonnier; basse saison; haute saison;
        interim; cooptation; parrainage; salons professionnels; telemarketing; phoning; prospection
        telephonique; bouche a oreille; livre blanc; landing page; page tarifs; fiche produit; programme
        de fidelite; carte de fidelite; carte fidelite; cross sell; upsell; demarchage; porte a porte
    """,
    # Deliverables that are done or not done.
    "DEL": """
        click & collect; click and collect; version; edition; traduction; presentation; collection;
        promotion; operation; maquette; demonstrateur; pilote; experimentation; prototype; argumentaire de
        vente; guide de vente; plan de vente; plan de formation; plan de communication; plan media; plan
        de relance; grille; grille de remises; procedure; mode operatoire; cahier des charges; feuille de
        route; calendrier; planning; agenda; organigramme; fiche de poste; fiche client; fichier
        prospects; liste; segmentation; cartographie; matrice; modele de devis; modele; gabarit; signature
        mail; sequence; sequence d'emails; scenario; tunnel; tunnel de vente; formulaire; page de vente;
        fiche google; compte; page entreprise; campagne google; campagne emailing; enquete de
        satisfaction; etude de satisfaction; sondage; barometre; benchmark; etude de prix; etude de cas;
        temoignage; reference; publication; article; communique; communique de presse; dossier de presse;
        conference; salon; foire; stand; showroom; corner; pop up; pop up store; boutique ephemere; local;
        local commercial; terrain; licence; prime; systeme de prime; plan de commissionnement; challenge;
        challenge commercial; concours; reunion; comite; comite commercial; convention commerciale; point
        hebdomadaire; revue; bilan; referent; adjoint; assistant commercial; commercial sedentaire;
        commercial itinerant; prestataire; agence de communication; levee de fonds; pret; subvention;
        aide; trophee; prix; recompense; concession; plateforme; outil de devis; borne; caisse; standard
        telephonique; hotline; faq; tutoriel; webinaire; module e learning; e learning; interface; api;
        connecteur; feu vert; aval; validation; bon de commande; commande ferme; lettre d'intention;
        accord de principe; catalogue; referencement; homologation; habilitation; permis; autorisation;
        bail; mandat; appel d'offres; marche public; plaquette; brochure; flyer; site; site web; site
        internet; boutique en ligne; page d'accueil; page; landing page; crm; erp; logiciel;
        configurateur; application; appli; espace client; portail; extranet; boutique; magasin; agence;
        succursale; filiale; bureau; entrepot; atelier; newsletter; livre blanc; guide; charte; charte
        graphique; logo; tarif; grille tarifaire; tarifs; argumentaire; script; script d'appel; tableau de
        bord; reporting; business plan; plan de compte; plan d'action; plan marketing; plan de
        prospection; fiche; fiche produit; contrat; contrat cadre; accord; accord cadre; convention;
        partenariat; certification; agrement; label; norme; brevet; proposition; rapport; etude; etude de
        marche; enquete; questionnaire; audit; diagnostic; programme; programme de parrainage; programme
        de fidelite; carte de fidelite; offre; pack; gamme; produit; service; echantillon; evenement;
        soiree; seminaire; journee portes ouvertes; portes ouvertes; jpo; video; film; podcast; chaine
        youtube; compte linkedin; page linkedin; page facebook; blog; chatbot; formation; parcours;
        module; commercial; vendeur; assistant; assistante; alternant; responsable; directeur; chef de
        produit; technicien; fonds de commerce; cession; acquisition; fichier; base; base de donnees; base
        clients; fichier clients; standard; numero vert; permanence; abonnement; emballage; packaging;
        vitrine; enseigne; vehicule
    """,
    # Deliverables too loose to be checked unless something narrows them.
    "DELG": """
        campagne; action; plan; projet; outil; process; processus; dispositif; operation; demarche;
        strategie; politique; systeme; solution; methode; suivi; organisation; animation; partenariat;
        initiative; offre; service; produit; evenement; formation; contenu; equipe
    """,
    # Concepts: a number on them measures nothing yet.
    "CON": """
        virage; vitesse superieure; meilleur de nous memes; le meilleur de nous; longueur d'avance; vers
        le haut; epingle du jeu; sortir du lot; faire la difference; perdre du temps; gagner du temps;
        perdre de temps; perte de temps; gain de temps; mentalites; mentalite; montee en gamme; montee en
        competences; montee en puissance; monter en gamme; monter en competences; monter en competence;
        monter en puissance; changer d'echelle; statu quo; zone de confort; bon sens; bonnes pratiques;
        creer de la valeur; de la hauteur; terrain de jeu; l'exemple; cap superieur; marque; ancrage;
        racine; racines; maitrise; serenite; bonheur; esprit; etat d'esprit; cap; dialogue; ecosysteme;
        interet; attention; attachement; preference; perception; comprehension; connaissance client;
        connaissance; implication; mobilisation; adhesion des equipes; capacite d'ecoute; sens du client;
        avance; avantage; avantage concurrentiel; difference; place; position; posture; lien; liens;
        ecoute; accompagnement; energie; passion; engagement client; parcours client; ambition; dynamique
        commerciale; levier; leviers; atout; piste; pistes; sujet; enjeu; priorite; orientation;
        changement; defi; esprit d'equipe; objectifs; bonne entente; ambiance; qualite; qualite de
        service; performance; performance commerciale; performances; visibilite; notoriete; image; image
        de marque; presence; efficacite; efficience; efficacite commerciale; communication; relation;
        relation client; relation clients; experience client; experience; competitivite; attractivite;
        reputation; confiance; motivation; cohesion; culture; innovation; reactivite; professionnalisme;
        expertise; savoir faire; competence; excellence; proximite; dynamique; dynamisme; synergie;
        agilite; transparence; reconnaissance; referencement naturel; credibilite; developpement;
        developpement commercial; activite; prospection; positionnement; differenciation; transformation
        digitale; digitalisation; digital; organisation; management; leadership; vision; strategie;
        fonctionnement; potentiel; succes; reussite; valeur; valeurs; valeur ajoutee; bien etre; climat;
        ergonomie; coordination; collaboration; rayonnement; perennite; sens du service; autonomie;
        demarche; demarche commerciale; accueil; service client; offre de valeur; maturite; legitimite; e
        reputation; reflexion; opportunites; methodes; pratiques; resultats
    """,
    # Words that narrow nothing.
    "GEN": """
        boite; structure; maison; groupe; equipe; equipes; marche; metier; domaine; activite; business;
        monde; clientele; concurrence; concurrent; gens; coeur; preoccupation; centre; regard; yeux; oeil;
        pied; main; tete; esprit; facade; tout; chose; maniere; facon; moyen; niveau; terme; cadre; fait;
        cas; sens; point; objectif; but; cible; ambition; nouveau; nouveaux; nouvelle; nouvel; bon;
        meilleur; meilleure; grand; petit; existant; existante; actuel; actuelle; futur; potentiel;
        global; globale; general; total; totale; annuel; principal; important; significatif;
        significative; fort; forte; net; nette; rapide; durable; constant; regulier; reguliere; qualifie;
        qualifiee; qualitatif; fidele; satisfait; rentable; content; haut; bas; premier; dernier; autre;
        meme; certain; divers; different; possible; maximum; max; minimum; min; plusieurs; quelques;
        nombreux; beaucoup; peu; davantage; plus; moins; mieux; tres; trop; assez; encore; aussi; ainsi;
        ensemble; toujours; jamais; souvent; vite; bien; enfin; deja; chiffre; reel; clair; commerciale;
        commercial; digital; incontournable; acteur; reference; leader; collegue; chef; direction; patron;
        besoin; attente; probleme; quotidien; avenir; temps; fois; jour; semaine; mois; annee; an;
        trimestre; semestre; moyenne; environ; supplementaire; suplementaire; signe; signee; envoye;
        actif; active; recent; recurrent; recurrente; commercialise; prix; ventes; interne; externe;
        local; personnel; nous; eux; soi; ligne; terrain; place; oeuvre; numero; delta; resultat; periode;
        progression
    """,
    # Function words.
    "STOP": """
        dessus; dessous; dela; le; la; les; l'; un; une; des; du; de; d'; au; aux; a; en; et; ou; par;
        pour; sur; sous; dans; avec; sans; chez; vers; entre; que; qu'; qui; dont; ce; cet; cette; ces;
        ne; n'; pas; se; s'; y; il; elle; on; je; j'; tu; vous; ils; elles; me; m'; te; t'; c'; mon; ma;
        mes; ton; notre; nos; votre; vos; leur; leurs; son; sa; ses; est; sont; ete; etre; avoir; ai; as;
        avons; ont; aura; auront; sera; seront; soit; soient; afin; ainsi; comme; mais; donc; car; si;
        quand; lorsque; apres; avant; depuis; pendant; durant; jusque; jusqu'; contre; selon; via; grace;
        lors; tant; tel; telle; quel; quelle; celui; celle; ceux; chaque; tous; toutes; toute; tout; puis;
        alors; ici; rapport; auprès; aupres; travers; biais; moyen; cours; fin; debut; mi; horizon; des
        que; veux; voulons; veut; souhaite; souhaitons; souhaiterais; voudrais; aimerais; aimerions; faut;
        faudrait; doit; devons; dois; doivent; peut; pouvoir; va; vais; allons; vont; aller; fait; faire;
        faisons; fera; ferai; ferons; prendre; nb; env; egalement; notamment; hors; vs; versus; chacun;
        chacune; non; oui; etc; objectif
    """,
    # Prepositions that may open a delimiter.
    "PREP": """
        aupres; chez; sur; dans; en; via; avec; pour; par; vers; de; des; du; d'; aux; au; a; grace;
        entre; hors; sous; parmi; depuis; envers
    """,
    "POSS": "notre; nos; votre; vos; mon; ma; mes; leur; leurs; son; sa; ses",
    "DEFDET": """
        le; la; les; l'; ce; cet; cette; ces; notre; nos; mon; ma; mes; leur; leurs; son; sa; ses; votre;
        vos
    """,
    "SING": "le; la; l'; un; une; ce; cet; cette; notre; mon; ma; son; sa; leur; du; au; votre",
    # All of a group.
    "UNIV": "totalite; integralite; ensemble; tous; toutes; chaque; chacun; chacune; toute",
    # None at all.
    "ZERO": "aucun; aucune; zero; nul; nulle; pas un seul; pas une seule; plus aucun; plus aucune",
    # Verbs of growth or gain.
    "VUP": """
        augmenter; accroitre/accroit/accroissons/accroissant/accru/accrue/accroitra; croitre; doubler;
        tripler; quadrupler; quintupler; decupler; multiplier; hausser; relever; majorer; gagner; grimper;
        monter; rehausser; elever; intensifier; etendre/etend/etendons/etendu; elargir; generer; capter;
        attirer; conquerir/conquerons/conquis; recruter; acquerir/acquerons/acquis;
        obtenir/obtenons/obtient/obtenu/obtenue/obtenus/obtiendra/obtiendrons; decrocher; trouver;
        rentrer; ajouter; recolter; collecter; recuperer; reconquerir/reconquerons; regagner; engranger;
        enregistrer
    """,
    # Fuzzy verbs: a message, never a lost letter.
    "VFUZ": """
        faire connaitre; inciter; sensibiliser; ameliorer; optimiser; developper; booster; dynamiser;
        renforcer; favoriser; consolider; accelerer; stimuler; progresser; valoriser; perfectionner;
        affirmer; asseoir; maximiser; soutenir/soutenons/soutient; accompagner; encourager; deployer;
        faciliter; enrichir; fluidifier; redynamiser; muscler; densifier; fiabiliser; doper; pousser;
        performer; exploser; diversifier; fideliser; promouvoir/promouvons; implanter; capitaliser;
        professionnaliser; ouvrir
    """,
    # Verbs of decrease.
    "VDOWN": """
        reduire/reduit/reduisons/reduisant/reduite/reduits/reduira/reduisent; diminuer; baisser; abaisser;
        limiter; minimiser; raccourcir; ramener/ramene/ramenons/ramenera; diviser;
        descendre/descend/descendons/descendu; supprimer; eliminer; eviter; couper; alleger;
        restreindre/restreint; perdre/perd/perdons/perdu; resorber; enrayer; stopper; economiser;
        comprimer
    """,
    # Verbs that reach a level.
    "VREACH": """
        avoir/avons/aura/auront; atteindre/atteint/atteignons/atteindra/atteindrons/atteignant; realiser;
        passer; porter; devenir/devient/devenons/deviendra; arriver; depasser; etablir; placer; remplir;
        couvrir/couvrons/couvre/couvert; totaliser; facturer; encaisser; degager; viser; concretiser;
        convertir; transformer; produire/produit/produisons; rapporter; entrer; exporter; classer; ranker;
        fixer; cumuler; boucler
    """,
    # Verbs that keep a level.
    "VKEEP": """
        maintenir/maintient/maintenons/maintenu/maintiendra; conserver; garder; stabiliser; preserver;
        tenir/tient/tenons; rester; perenniser; retenir; securiser; respecter; assurer; garantir
    """,
    # Acts that are done or not done.
    "VDO": """
        prendre contact avec; reprendre contact avec; entrer en contact avec; prendre rendez vous avec;
        prendre rdv avec; repliquer; reproduire/reproduit/reproduisons; sortir/sort/sortons; propager;
        livrer; cloturer; choisir; selectionner; designer; retenir/retient/retenons; elaborer; preparer;
        etablir; definir; arreter; inaugurer; demenager; amenager; renover; realiser; parametrer;
        configurer; brancher; connecter; automatiser; dematerialiser; commander; acheter; remplacer;
        demander; solliciter; soumettre/soumet/soumettons; candidater; postuler;
        repondre/repond/repondons; adherer; rejoindre/rejoint/rejoignons; souscrire; soutenir;
        defendre/defend/defendons; plaider; programmer; caler; fixer; enregistrer; filmer; photographier;
        illustrer; coder; dupliquer; archiver; saisir; importer; exporter; numeriser; trier; purger;
        dedoublonner; relier; afficher; annoncer; instaurer; dispenser; delivrer; attribuer; affecter;
        transferer; reprendre/reprend/reprenons; racheter; fusionner; agrandir; fermer; clore; solder;
        liquider; destocker; rappeler/rappelle; ecrire; editer; personnaliser; standardiser; rebaptiser;
        renommer; decrire/decrit; documenter; s'inscrire; inscrire; monter; lister; chiffrer; budgeter;
        auditionner; interviewer; coacher; parrainer; accueillir/accueille; heberger;
        recevoir/recoit/recevons; caster; briefer; debriefer; implementer; tenir/tient; remporter; rafler;
        boucler; constituer; recueillir; convaincre/convainc/convaincons; pre remplir; approcher;
        defricher; publier; lancer; signer; ouvrir/ouvre/ouvrons/ouvrira/ouvrant; creer; recruter;
        embaucher; organiser; animer; installer; deployer; refondre/refond/refondu;
        refaire/refait/refaisons; finaliser; terminer; achever; finir; remettre/remet/remis/remettons;
        envoyer; expedier; negocier; conclure/conclu/concluons/conclut; renouveler; rediger; deposer;
        migrer; tester; former; vendre/vend/vendons/vendu/vendue/vendus/vendant/vendra/vendrons; ecouler;
        louer; commercialiser; conclure; closer; appeler/appelle/appelons/appelant; relancer; contacter;
        recontacter; visiter; rencontrer; prospecter; demarcher; reactiver; activer; prendre rendez vous;
        inviter; presenter; participer; exposer; placer; poser; equiper; mettre en ligne; mettre en place;
        mettre en service; mettre a jour; mettre en oeuvre; mettre sur le marche;
        construire/construit/construisons; concevoir/concevons; produire; tourner; imprimer; distribuer;
        diffuser; poster; planifier; transmettre/transmet; traiter; inscrire/inscrit; abonner; referencer;
        nommer; acquerir; ceder; valider; rendre; effectuer; mener; conduire; tenir; qualifier;
        interroger; sonder; cartographier; segmenter; nettoyer; auditer; certifier; faire certifier; faire
        signer; faire entrer; sortir; basculer; integrer; formaliser; mailler; souscrire/souscrit;
        implanter; demarrer; passer; faire; actualiser; traduire/traduit; cibler; adresser; proposer;
        reserver; renegocier; resilier; ecrire/ecrit; prendre/prend/prenons/pris/prendra
    """,
    # Verbs that give no direction.
    "VAMB": """
        mettre/met/mettons/mettant/mettra; moderniser; donner; offrir; apporter; montrer; vouloir;
        pouvoir; savoir; chercher; gerer; suivre/suit/suivons/suivi; piloter; travailler; travailler sur;
        reflechir; etudier; analyser; explorer; revoir; faire evoluer; evoluer; agir; adapter; occuper;
        continuer; essayer; tenter; penser; regarder; voir; comprendre; repenser; surveiller; observer;
        controler; mesurer; interesser; concentrer; focaliser; impliquer; participer; contribuer; aider;
        communiquer; digitaliser; innover; etre; harmoniser; structurer; rationaliser; modifier; ajuster;
        coordonner; superviser; poursuivre; cultiver; entretenir
    """,
    # Acts that end on one thing obtained.
    "VGET": """
        obtenir/obtenons/obtient/obtenu/obtenue/obtenus/obtiendra; decrocher; gagner; recruter; acquerir;
        trouver; conquerir; rentrer; signer; embaucher; remporter; recuperer; reconquerir
    """,
    # Acts that need no object.
    "VSELF": """
        etre reference; etre certifie; etre labellise; etre agree; se faire referencer; devenir
        partenaire; devenir distributeur; devenir fournisseur; etre selectionne; etre retenu; s'implanter;
        entrer chez; entrer au catalogue
    """,
    # Nouns that carry a direction.
    "NUP": """
        hausse; augmentation; croissance; progression; accroissement; gain; doublement; triplement;
        baisse; reduction; diminution; recul; chute; atteinte; maintien; suppression; plus; davantage;
        moins; zero; aucun; aucune; developpement; multiplication; amelioration; conquete; acquisition;
        recrutement; fidelisation; vente; obtention; realisation
    """,
    # Nouns of acts.
    "NDO": """
        mise en service; mise a jour; mise en route; mise en oeuvre; mise en vente; mise en production;
        remise; envoi; conception; construction; inauguration; participation; rachat; demenagement;
        traduction; finalisation; tenue; livraison; recrutement; obtention; validation; lancement;
        ouverture; signature; publication; mise en ligne; mise en place; creation; embauche; refonte;
        installation; deploiement; organisation; renouvellement; certification; relance; prospection;
        depot; redaction; migration
    """,
    # Words that say a thing is done.
    "DONE": """
        en ligne; en place; en service; operationnel; operationnelle; termine; terminee; acheve; achevee;
        signe; signee; publie; publiee; livre; livree; installe; installee; ouvert; ouverte; lance;
        lancee; valide; validee; envoye; envoyee; actif; active; pret; prete; deploye; deployee; finalise;
        finalisee; cree; creee; recrute; recrutee; depose; deposee
    """,
    # Acts of service, repeated for each request or order.
    "VPROC": """
        proposer; transmettre; fournir; remettre; repondre/repond/repondons/repondra/repondu; traiter;
        livrer; expedier; facturer; rembourser; rappeler/rappelle; recontacter; payer; regler;
        resoudre/resolu; accuser reception; prendre en charge; envoyer; relancer; convertir;
        intervenir/intervient; depanner; onboarder; reponse; livraison; traitement; prise en charge;
        intervention; remboursement; rappel; expedition; envoi
    """,
    # Indicators of time: a duration is their value.
    "TIMEIND": """
        delai; delais; temps; cycle; cycle de vente; duree; dso; delai de paiement; delai de reponse;
        delai de livraison; delai moyen; temps de reponse; attente; encours clients; paiement; reponse
    """,
    # Nouns after which a number is a name.
    "IDN": """
        line; ligne; gamme; zone; lot; version; iso; phase; niveau; article; modele; serie; type; etape;
        axe; chapitre; agence; salle; hall; stand; palier; departement; dept; rn; route; rue; norme; page;
        code; volume; bac; format; office; windows; pack; formule; reference; ref; quai; atelier;
        batiment; porte; ticket; tome; edition; salon; catalogue; collection; palmares; barometre; plan;
        campagne; millesime; guide; tarif; tarifs; congres; forum; programme; budget; cuvee; label; loi;
        rt; re; euro; airbus; peugeot; airbnb; classe; secteur; lyon; paris; marseille; canal; annuaire;
        bilan; etude; feuille; agenda; plaquette; brochure; charte; studio
    """,
    # Counted nouns that describe the size of a segment.
    "SIZE": """
        salarie; employe; collaborateur; habitant; lit; chambre; hectare; ha; m2; ans; etoile; personnes;
        km; kilometre; couvert; place; kwc; kw; kva; tonne; metre; lots; points de vente
    """,
    "PARTYPREP": "aupres; chez; avec; envers",
    # Words that announce the owner.
    "OWNERCUE": """
        porte par; sous la responsabilite de; gere par; suivi par; conduit par; responsable; pilote;
        pilote par; owner; portee par; confie a; en charge; assure par; pilotee par; realise par; mene par
    """,
}
